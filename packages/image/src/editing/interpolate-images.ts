import type { PerStep } from "@scalewise/core"
import { ConfigError, tf } from "@scalewise/nn"
import { countImages, type ImageSet } from "../extractor/image-set.ts"
import type { ImageModel } from "../model/image-model.ts"
import { checkImages } from "./edit-images.ts"

/** Options of `interpolateImages`. */
export interface InterpolateImagesOptions {
  readonly model: ImageModel
  /** One picture of the model's size. */
  readonly first: ImageSet
  /** Another one. */
  readonly second: ImageSet
  /**
   * The share of the second picture in the codes, one entry for each result: a number, or one for each scale.
   * `[0, 0, 0, 1, 1]` has the coarse scales of the first picture and the fine ones of the second.
   */
  readonly weights: readonly PerStep<number>[]
}

/**
 * Pictures between two: the code vectors of their token maps, mixed scale by scale and summed (Eq. 19), decoded (Eq. 20). Needs no generator.
 *
 * @returns intensities [weights.length, H, W, C] in [0, 1]
 * @throws ShapeError for pictures of another size, ConfigError for weights that are not one for each scale
 */
export async function interpolateImages({ model, first, second, weights }: InterpolateImagesOptions): Promise<Float32Array> {
  const { tokenizer, tokenizerParameters: parameters } = model
  const { multiScale, schedule, config } = tokenizer
  for (const set of [first, second]) {
    checkImages(model, set)
    if (countImages(set) !== 1) throw new ConfigError(`interpolateImages: expected one picture on each side, got ${countImages(set)}`)
  }
  const shares = weights.map((weight) => (typeof weight === "number" ? schedule.grids.map(() => weight) : weight))
  for (const share of shares)
    if (share.length !== schedule.steps || !share.every(Number.isFinite))
      throw new ConfigError(`interpolateImages: expected a number for each of the ${schedule.steps} scales, got [${share.join(", ")}]`)
  const pictures = tf.tidy(() => {
    const shape: [number, number, number, number] = [1, config.height, config.width, config.autoencoder.imageChannels]
    const [codesA, codesB] = [first, second].map(({ images }) =>
      multiScale.encode(parameters.quantiser, tokenizer.encode(parameters, tf.tensor4d(images, shape))),
    ) as [ReturnType<typeof multiScale.encode>, ReturnType<typeof multiScale.encode>]
    let partial: tf.Tensor | undefined
    for (const [index, { codes }] of codesA.entries()) {
      const ofScale = tf.tensor4d(shares.map((share) => share[index]!), [shares.length, 1, 1, 1]) // prettier-ignore
      const mixed = tf.add(codes, tf.mul(ofScale, tf.sub(codesB[index]!.codes, codes))) // [N, h_k, w_k, Z]
      partial = multiScale.advanceCodes(parameters.quantiser, partial, index + 1, mixed)
    }
    return tokenizer.render(parameters, multiScale.form.toLatent(partial!))
  })
  const images = Float32Array.from(await pictures.data())
  pictures.dispose()
  return images
}
