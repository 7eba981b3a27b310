import { tf } from "@scalewise/nn"
import type { ImageSet } from "../extractor/image-set.ts"
import type { ImageModel } from "../model/image-model.ts"
import { checkImages } from "./edit-images.ts"

/** Options of `reconstructImages`. */
export interface ReconstructImagesOptions {
  readonly model: ImageModel
  /** Pictures of the model's size. */
  readonly images: ImageSet
  /** Pictures at a time. @defaultValue 100 */
  readonly batch?: number
  /** Stops between two batches with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Pictures through the tokenizer and back, after each scale: entry k - 1 is what the codes of scales 1 .. k decode to, [N, H, W, C] in [0, 1].
 * Needs no generator.
 *
 * @throws ShapeError for pictures of another size
 */
export async function reconstructImages({ model, images: set, batch = 100, signal }: ReconstructImagesOptions): Promise<Float32Array[]> {
  const { tokenizer, tokenizerParameters: parameters } = model
  const { multiScale, schedule } = tokenizer
  const count = checkImages(model, set)
  const pixels = set.images.length / count
  const perScale = schedule.grids.map(() => new Float32Array(set.images.length))
  for (let from = 0; from < count; from += batch) {
    signal?.throwIfAborted()
    const size = Math.min(batch, count - from)
    const pictures = tf.tidy(() => {
      const x = tf.tensor4d(set.images.subarray(from * pixels, (from + size) * pixels), [size, set.height, set.width, set.channels])
      const codes = multiScale.encode(parameters.quantiser, tokenizer.encode(parameters, x))
      return codes.map(({ partial }) => tokenizer.render(parameters, multiScale.form.toLatent(partial)))
    })
    for (const [index, picture] of pictures.entries()) perScale[index]!.set(await picture.data(), from * pixels)
    tf.dispose(pictures)
  }
  return perScale
}
