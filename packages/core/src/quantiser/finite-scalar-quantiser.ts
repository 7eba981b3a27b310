import { ConfigError, ops, tf, type Parameters } from "@scalewise/nn"
import { digitsToIds, idsToDigits, vocabularyOf } from "./mixed-radix.ts"
import type { Quantiser } from "./quantiser.ts"

/** Options of `finiteScalarQuantiser`. */
export interface FiniteScalarQuantiserOptions {
  /** Levels per channel, each at least 2: [8, 5, 5, 5] has 1000 codes. */
  readonly levels: readonly number[]
  /**
   * Codes spread evenly over [-1, 1] for even level counts too, instead of the half step to the left that keeps zero a code. A count of 2
   * needs it. @defaultValue true where a level count is 2
   */
  readonly symmetric?: boolean
  /** How far the bound reaches beyond the outermost codes, relative. @defaultValue 1e-3 */
  readonly epsilon?: number
}

/**
 * Finite scalar quantisation (arXiv 2309.15505): every channel is bounded by a tanh and rounded to its own few levels; the id numbers the
 * product of the levels, first channel fastest. No parameters, and no code can die. Codes lie in [-1, 1]; straight-through gradients
 * are those of the bound.
 */
export function finiteScalarQuantiser({
  levels,
  symmetric = levels.includes(2),
  epsilon = 1e-3,
}: FiniteScalarQuantiserOptions): Quantiser<Record<never, never> & Parameters> {
  if (levels.length === 0 || !levels.every((count) => Number.isInteger(count) && count >= 2))
    throw new ConfigError(`finiteScalarQuantiser: expected at least two levels in each channel, got [${levels.join(", ")}]`)
  const vocabulary = vocabularyOf(levels)
  if (vocabulary > 2 ** 23) throw new ConfigError(`finiteScalarQuantiser: expected at most 2^23 codes, got ${vocabulary}`)

  const channels = levels.map((count) => {
    const half = (count - 1) / 2
    if (symmetric) return { reach: half, shift: 0, centre: half, unit: half }
    const reach = half + Math.min(half * epsilon, 0.49) // must not reach the next digit
    const offset = count % 2 === 0 ? 0.5 : 0
    return { reach, shift: Math.atanh(offset / reach), centre: Math.floor(count / 2) - offset, unit: Math.floor(count / 2) }
  })
  const row = (name: keyof (typeof channels)[number]) => tf.tensor1d(channels.map((channel) => channel[name])) // [D]

  /** Digits 0 .. levels - 1 before they are rounded, [..., D]. */
  const boundedDigits = (vectors: tf.Tensor) => vectors.add(row("shift")).tanh().mul(row("reach")).add(row("centre"))
  const toCodes = (digits: tf.Tensor) => digits.sub(row("unit")).div(row("unit"))

  return {
    channels: levels.length,
    vocabulary,
    tokens: "ids",
    init: () => ({}),
    // floor(x + 1/2), not round: backends differ in how they round halves
    encode: (_, vectors) => tf.tidy(() => digitsToIds(boundedDigits(ops.stopGradient(vectors)).add(0.5).floor(), levels)),
    decode: (_, ids) => tf.tidy(() => toCodes(idsToDigits(ids, levels).toFloat())),
    relax: (_, vectors) => tf.tidy(() => toCodes(boundedDigits(vectors))),
  }
}
