import { bitsPerDimension, bitwise, categorical } from "@scalewise/core"
import { DataError, tf } from "@scalewise/nn"
import { checkImages } from "../editing/edit-images.ts"
import type { ImageSet } from "../extractor/image-set.ts"
import type { ImageModel } from "../model/image-model.ts"
import { teacherForcedLogits } from "./teacher-forced-logits.ts"

/** What a model says of pictures. Natural logs; one entry for each picture. */
export interface ImageLikelihood {
  /** log p(tokens | class), exact (Eq. 2). Of the pictures themselves it is no likelihood. */
  readonly tokenNats: Float32Array
  /** log p(tokens of scale k | those of scales before k, class) at index k - 1. */
  readonly perScale: readonly Float32Array[]
  /** Only where the decoder has a likelihood. */
  readonly bound: PixelBound | undefined
}

/** A lower bound of log p(picture | class): log p(tokens) + log p(picture | tokens). */
export interface PixelBound {
  readonly lowerBoundNats: Float32Array
  /** The decoder's part, log p(picture | tokens). */
  readonly decoderNats: Float32Array
  /** -bound / (D ln 2): no less than the model's true bits for each of the D numbers of a picture. */
  readonly bitsPerDimensionAtMost: Float32Array
}

/** Options of `imageLikelihood`. */
export interface ImageLikelihoodOptions {
  /** Class of each picture, -1 for none. @defaultValue -1 for all */
  readonly labels?: ArrayLike<number>
  /** Pictures at a time. @defaultValue 100 */
  readonly batch?: number
  /** Stops between two batches with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Exact likelihood of the tokens of pictures, by one teacher-forced pass, and where the decoder is a law over pixels, the bound on the
 * pictures' own likelihood that follows from it.
 *
 * @throws ShapeError for pictures of another size, ConfigError for a class that the model does not have, DataError for grey pixels where the
 * decoder knows black and white alone
 */
export async function imageLikelihood(
  model: ImageModel,
  set: ImageSet,
  { labels, batch = 100, signal }: ImageLikelihoodOptions = {},
): Promise<ImageLikelihood> {
  const { tokenizer, tokenizerParameters: parameters } = model
  const { multiScale, schedule, config } = tokenizer
  const count = checkImages(model, set)
  if (config.likelihood === "bernoulli" && set.images.some((value) => value !== 0 && value !== 1))
    throw new DataError(
      "image likelihood: expected pixels 0 or 1, since the decoder is a law over black and white, got grey; binarise first",
    )
  const pixels = set.images.length / count
  const lawOf = multiScale.quantiser.tokens === "bits" ? bitwise : categorical
  const perScale = schedule.tokens.map(() => new Float32Array(count))
  const decoderNats = new Float32Array(count)
  const forced = teacherForcedLogits(model)
  try {
    for (let from = 0; from < count; from += batch) {
      signal?.throwIfAborted()
      const size = Math.min(batch, count - from)
      const label = labels && Array.from({ length: size }, (_, index) => labels[from + index]!)
      const found = tf.tidy(() => {
        const x = tf.tensor4d(set.images.subarray(from * pixels, (from + size) * pixels), [size, set.height, set.width, set.channels])
        const codes = multiScale.encode(parameters.quantiser, tokenizer.encode(parameters, x)) // Eqs. (12)-(16)
        const tokens = codes.map((code) => code.tokens)
        const logits = forced(tokens.length === 1 ? tokens[0]! : tf.concat(tokens, 1), { label })
        const scales = logits.map((ofScale, index) => lawOf(ofScale).logProb(tokens[index]!)) // Eq. (2)
        const law = tokenizer.law(parameters, tokenizer.decode(parameters, multiScale.form.toLatent(codes.at(-1)!.partial)))
        return law ? [...scales, law.logProb(x)] : scales
      })
      for (const [index, values] of found.entries()) (perScale[index] ?? decoderNats).set(await values.data(), from)
      tf.dispose(found)
    }
  } finally {
    forced.dispose()
  }
  const tokenNats = Float32Array.from({ length: count }, (_, row) => perScale.reduce((sum, values) => sum + values[row]!, 0))
  return { tokenNats, perScale, bound: config.likelihood === "none" ? undefined : boundOf(tokenNats, decoderNats, pixels) }
}

function boundOf(tokenNats: Float32Array, decoderNats: Float32Array, dimensions: number): PixelBound {
  const lowerBoundNats = tokenNats.map((nats, row) => nats + decoderNats[row]!)
  const bitsPerDimensionAtMost = tf.tidy(() => {
    const parts = { lowerBoundNats: tf.tensor1d(lowerBoundNats), tokenNats: tf.tensor1d(tokenNats), decoderNats: tf.tensor1d(decoderNats) }
    return Float32Array.from(bitsPerDimension(parts, dimensions).dataSync())
  })
  return { lowerBoundNats, decoderNats, bitsPerDimensionAtMost }
}
