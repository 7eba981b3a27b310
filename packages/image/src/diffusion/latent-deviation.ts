import { DataError, ShapeError, tf, type Dataset, type RandomStream } from "@scalewise/nn"
import type { LatentCoder } from "./diffusion-space.ts"

/** Options of `latentDeviation`. */
export interface LatentDeviationOptions {
  readonly encode: LatentCoder["encode"]
  /** `image` [B, H, W, C] in [0, 1]. */
  readonly dataset: Dataset
  /** What a latent must be like, [h, w, Z]. */
  readonly shape: readonly number[]
  /** Chooses the images. */
  readonly random: RandomStream
  /** How many of them, if there are so many. @defaultValue 512 */
  readonly images?: number
}

/**
 * Standard deviation of all numbers in the latents of some images.
 *
 * @throws ShapeError where the latents have another shape, DataError where they are all the same
 */
export async function latentDeviation({ encode, dataset, shape, random, images = 512 }: LatentDeviationOptions): Promise<number> {
  const data = await dataset.gather(random.permutation(dataset.size).slice(0, images))
  const latents = tf.tidy(() => encode(data["image"]!).clone())
  tf.dispose(Object.values(data))
  const found = latents.shape.slice(1)
  const values = await latents.data()
  latents.dispose()
  if (found.join() !== shape.join())
    throw new ShapeError(`latent diffusion: expected latents [B, ${shape.join(", ")}], as in the config, got [B, ${found.join(", ")}]`)
  let [sum, squares] = [0, 0]
  for (const value of values) {
    sum += value
    squares += value ** 2
  }
  const variance = squares / values.length - (sum / values.length) ** 2
  if (!(variance > 0))
    throw new DataError(`latent diffusion: expected latents that differ, got a variance of ${variance}; train the tokenizer first`)
  return Math.sqrt(variance)
}
