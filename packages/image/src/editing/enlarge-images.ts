import { gridAt } from "@scalewise/core"
import { ops, tf } from "@scalewise/nn"
import { countImages, type ImageSet } from "../extractor/image-set.ts"
import type { ImageModel } from "../model/image-model.ts"
import { strideOf } from "../tokenizer/autoencoder-config.ts"

/** Pictures at a model's size, and how many of its scales they can fill. */
export interface EnlargedImages extends ImageSet {
  /** The last scale whose sites are no smaller than those of the given pictures: what super-resolution keeps. At least 1. */
  readonly scales: number
}

/**
 * Small pictures at the size of a model (bicubic), for super-resolution: `editImages({ images: enlarged, keepScales: enlarged.scales })` keeps
 * the coarse scales, which small pictures determine, and draws the fine ones.
 *
 * @throws ShapeError where the numbers are not whole pictures
 */
export async function enlargeImages({ tokenizer: { config, schedule } }: ImageModel, small: ImageSet): Promise<EnlargedImages> {
  const count = countImages(small)
  const { height, width } = config
  const enlarged = tf.tidy(() => {
    const x = tf.tensor4d(small.images, [count, small.height, small.width, small.channels])
    return tf.clipByValue(ops.resample2d(x, { kind: "bicubic", height, width }), 0, 1)
  })
  const images = Float32Array.from(await enlarged.data())
  enlarged.dispose()
  const stride = strideOf(config.autoencoder)
  let scales = 1
  for (let step = 2; step <= schedule.steps; step++) {
    const [rows, columns] = gridAt(schedule, step)
    if (rows * stride <= small.height && columns * stride <= small.width) scales = step
  }
  return { images, height, width, channels: small.channels, scales }
}
