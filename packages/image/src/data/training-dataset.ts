import { tf, type Dataset } from "@scalewise/nn"
import type { ImageDataset } from "./image-dataset.ts"

/**
 * Images for the training loop of `@scalewise/nn`: batches of `image`, float32 [B, H, W, C] in [0, 1], and `label`, int32 [B]. See
 * `augmentImages` for what `prepare` may do with them.
 */
export function trainingDataset(dataset: ImageDataset): Dataset {
  const { size, height, width, channels, labels } = dataset
  return {
    size,
    async gather(indices) {
      const pixels = await dataset.read(indices)
      return {
        image: tf.tensor4d(pixels, [indices.length, height, width, channels]),
        label: tf.tensor1d(
          indices.map((row) => labels[row]!),
          "int32",
        ),
      }
    },
  }
}
