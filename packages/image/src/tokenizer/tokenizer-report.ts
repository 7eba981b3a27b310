import { emptyUsage, meanResidualNorms, perplexityPerScale, recordUsage, type CodebookUsage } from "@scalewise/core"
import { tensorsIn, tf } from "@scalewise/nn"
import type { Tokenizer, TokenizerParameters } from "./tokenizer.ts"

/** What a tokenizer does with images, scale by scale; index k - 1 is scale k. */
export interface TokenizerReport {
  /** Images measured. */
  readonly images: number
  /** Mean squared error on [0, 1] of the picture after each scale. */
  readonly mse: readonly number[]
  /** Codes that occur at each scale. NaN where tokens are not ids. */
  readonly codesUsed: readonly number[]
  /** exp(entropy) of the codes of each scale. NaN where tokens are not ids. */
  readonly perplexity: readonly number[]
  /** Bits of the codes of an image up to each scale, coded one by one by their frequency at the scale: with `mse`, a row of rate and distortion. */
  readonly bits: readonly number[]
  /** Mean length of the vectors that each scale has to code. */
  readonly residualNorm: readonly number[]
}

/**
 * Measures a tokenizer on images.
 *
 * @param images - intensities in [0, 1], row-major [N, H, W, C]
 * @param batch - images at a time. @defaultValue 500
 */
export async function tokenizerReport(
  tokenizer: Tokenizer,
  parameters: TokenizerParameters,
  images: Float32Array,
  batch = 500,
): Promise<TokenizerReport> {
  const { config, schedule, multiScale } = tokenizer
  const shape = [config.height, config.width, config.autoencoder.imageChannels]
  const pixels = shape.reduce((product, side) => product * side, 1)
  const count = images.length / pixels
  const hasIds = multiScale.quantiser.tokens === "ids"
  let usage: CodebookUsage | undefined = hasIds ? emptyUsage(schedule.steps, multiScale.quantiser.vocabulary) : undefined
  const mse = new Float64Array(schedule.steps)
  const residualNorm = new Float64Array(schedule.steps)

  for (let from = 0; from < count; from += batch) {
    const part = images.subarray(from * pixels, Math.min(count, from + batch) * pixels)
    const share = part.length / images.length
    const measured = tf.tidy(() => {
      const x = tf.tensor(part, [part.length / pixels, ...shape])
      const codes = multiScale.encode(parameters.quantiser, tokenizer.encode(parameters, x))
      const errors = codes.map(({ partial }) =>
        tf.mean(tf.squaredDifference(tokenizer.render(parameters, multiScale.form.toLatent(partial)), x)),
      )
      return { errors: tf.stack(errors), norms: meanResidualNorms(codes), tokens: codes.map(({ tokens }) => tokens) }
    })
    for (const [k, error] of Array.from(await measured.errors.data()).entries()) mse[k]! += share * error
    for (const [k, norm] of Array.from(await measured.norms.data()).entries()) residualNorm[k]! += share * norm
    if (usage) {
      const next = recordUsage(usage, measured.tokens)
      usage.hits.dispose()
      usage = next
    }
    for (const tensor of tensorsIn(measured)) tensor.dispose()
  }

  const none = Array.from({ length: schedule.steps }, () => Number.NaN)
  const perScale = async (make: (usage: CodebookUsage) => tf.Tensor): Promise<number[]> => {
    if (!usage) return none
    const values = tf.tidy(() => make(usage))
    const numbers = Array.from(await values.data())
    values.dispose()
    return numbers
  }
  const perplexity = await perScale(perplexityPerScale)
  const codesUsed = await perScale(({ hits }) => hits.greater(0).toFloat().sum(1))
  usage?.hits.dispose()
  let sum = 0
  const bits = perplexity.map((value, scale) => (sum += schedule.tokens[scale]! * Math.log2(value)))
  return { images: count, mse: [...mse], codesUsed, perplexity, bits, residualNorm: [...residualNorm] }
}
