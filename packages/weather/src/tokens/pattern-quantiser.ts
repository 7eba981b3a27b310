import { nearestCode, type Quantiser } from "@scalewise/core"
import { ConfigError, ops, tf, type Parameters } from "@scalewise/nn"
import { fromPatterns, toPatterns, type PatternBasis } from "./pattern-basis.ts"

// B states, h x w sites, C channels, V codes

/** What is learned of one scale. */
export interface PatternScale {
  readonly basis: PatternBasis
  /** Deviation of each coefficient, [h w, C]. */
  readonly deviation: tf.Tensor
  /** Codes of a coefficient of unit deviation, [V, 1]; absent where coefficients are not rounded. */
  readonly codebook?: tf.Tensor | undefined
}

/** Scales by index from "0". */
export type PatternQuantiserParameters = { readonly [step: string]: PatternScale & Parameters }

/**
 * A quantiser of whole maps: a map [B, h, w, C] is written in orthonormal patterns whose coefficients do not correlate, and each
 * coefficient, of unit deviation, is rounded to the nearest of a scale's V scalar codes: tokens [B, h, w, C]. With `codes` Infinity nothing is
 * rounded, and tokens are the coefficients.
 *
 * Tokens of a scale are drawn independently of each other (Eq. 18). Where a token belongs to a site, that loses what neighbours have in
 * common and with it variance of the whole; coefficients of patterns have nothing in common to lose, in the second moments.
 */
export function patternQuantiser({
  channels,
  codes,
}: {
  readonly channels: number
  readonly codes: number
}): Quantiser<PatternQuantiserParameters> {
  const scaleOf = (parameters: PatternQuantiserParameters, step: number): PatternScale => {
    const scale = parameters[String(step - 1)]
    if (!scale) throw new ConfigError(`patternQuantiser: the parameters lack scale ${step}`)
    return scale
  }
  return {
    channels,
    vocabulary: codes,
    tokens: codes === Number.POSITIVE_INFINITY ? "vectors" : "ids",
    init: () => ({}),
    encode: (parameters, maps, step = 1) =>
      tf.tidy(() => {
        const { basis, deviation, codebook } = scaleOf(parameters, step)
        const coefficients = toPatterns(basis, maps).div(deviation)
        if (!codebook) return coefficients.reshape(maps.shape)
        return nearestCode(codebook, coefficients.expandDims(-1)).reshape(maps.shape).toInt()
      }),
    decode: (parameters, ids, step = 1) =>
      tf.tidy(() => {
        const { basis, deviation, codebook } = scaleOf(parameters, step)
        const [, height, width] = ids.shape as [number, number, number]
        const coefficients = codebook ? ops.embedding(codebook, ids.toInt()).reshape(ids.shape) : ids
        return fromPatterns(basis, coefficients.mul(deviation.reshape([height, width, channels])))
      }),
  }
}
