import { ConfigError, ops, tf, type Parameters } from "@scalewise/nn"
import { digitsToIds, idsToDigits } from "./mixed-radix.ts"
import { normalisedRows } from "./nearest-code.ts"
import type { Quantiser } from "./quantiser.ts"

/** Options of `bitwiseQuantiser`. */
export interface BitwiseQuantiserOptions {
  /** d, the number of bits, which is also the length of a code vector. */
  readonly channels: number
  /** Whether a token is its d bits or their number (d up to 23). @defaultValue "bits" */
  readonly tokens?: "bits" | "ids"
  /** tau of the soft bits in the entropy term. @defaultValue 100 */
  readonly inverseTemperature?: number
  /** Weight of the entropy of the average code against the average entropy of a code. @defaultValue 1 */
  readonly diversity?: number
}

/**
 * Sign codes on the unit sphere (lookup-free and binary spherical quantisation, arXiv 2310.05737 and 2406.07548; Infinity,
 * arXiv 2412.04431): q = sign(x) / sqrt(d), bit = x > 0. No parameters, 2^d codes, none of which can die.
 *
 * Straight-through gradients are those of x / |x|. The regulariser is `softBitEntropy`.
 */
export function bitwiseQuantiser({
  channels,
  tokens = "bits",
  inverseTemperature = 100,
  diversity = 1,
}: BitwiseQuantiserOptions): Quantiser<Record<never, never> & Parameters> {
  if (!Number.isInteger(channels) || channels < 1) throw new ConfigError(`bitwiseQuantiser: expected at least one bit, got ${channels}`)
  if (tokens === "ids" && channels > 23)
    throw new ConfigError(`bitwiseQuantiser: expected at most 23 bits where tokens are ids, got ${channels}; use tokens: "bits"`)
  const radices = Array.from({ length: channels }, () => 2)
  return {
    channels,
    vocabulary: 2 ** channels,
    tokens,
    init: () => ({}),
    encode: (_, vectors) =>
      tf.tidy(() => {
        const bits = ops.stopGradient(vectors).greater(0).toInt()
        return tokens === "bits" ? bits : digitsToIds(bits, radices)
      }),
    decode: (_, coded) =>
      tf.tidy(() => {
        const bits = tokens === "bits" ? coded : idsToDigits(coded, radices)
        return bits
          .toFloat()
          .mul(2)
          .sub(1)
          .mul(1 / Math.sqrt(channels))
      }),
    relax: (_, vectors) => normalisedRows(vectors),
    regulariser: (_, vectors) => softBitEntropy(vectors, { inverseTemperature, diversity }),
  }
}

/**
 * The entropy term of sign codes for vectors [..., d]: mean entropy of a soft code minus `diversity` times the entropy of the mean soft
 * code, in nats, bits taken as independent: low where every vector is sure of its bits and every bit is used both ways.
 * A soft bit is one with probability sigmoid(4 tau x / sqrt d) for x on the unit sphere: the softmax over the two codes' distances.
 *
 * @returns a scalar
 */
export function softBitEntropy(
  vectors: tf.Tensor,
  { inverseTemperature = 100, diversity = 1 }: Pick<BitwiseQuantiserOptions, "inverseTemperature" | "diversity"> = {},
): tf.Tensor {
  const channels = vectors.shape.at(-1)!
  return tf.tidy(() => {
    const logits = normalisedRows(vectors)
      .mul((4 * inverseTemperature) / Math.sqrt(channels))
      .reshape([-1, channels]) // [N, d]
    const probabilities = logits.sigmoid()
    const perVector = logits.softplus().sub(probabilities.mul(logits)).sum(-1).mean() // -p log p - (1 - p) log(1 - p)
    const mean = probabilities
      .mean(0)
      .mul(1 - 2e-7)
      .add(1e-7)
    const ofMean = mean
      .mul(mean.log())
      .add(mean.neg().add(1).mul(mean.neg().add(1).log()))
      .sum()
      .neg()
    return perVector.sub(ofMean.mul(diversity))
  })
}
