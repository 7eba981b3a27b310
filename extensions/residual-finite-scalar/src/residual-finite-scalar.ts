import { digitsToIds, idsToDigits, type Quantiser } from "@scalewise/core"
import { ConfigError, ops, tf, type Parameters } from "@scalewise/nn"

// D channels, S stages, V ids of one stage (the product of the levels)

/** Options of `residualFiniteScalarQuantiser`. */
export interface ResidualFiniteScalarOptions {
  /** Levels of a channel in each stage, each at least 2: [5, 5, 3] has 75 ids a stage. */
  readonly levels: readonly number[]
  /** How many stages; each divides the cells of the one before. @defaultValue 2 */
  readonly stages?: number
}

/** A quantiser whose ids are made of one id for each stage, coarse to fine. */
export interface ResidualFiniteScalarQuantiser extends Quantiser<Record<never, never> & Parameters> {
  readonly stages: number
  /** V, the ids of one stage. */
  readonly stageVocabulary: number
  /** Ids [...] as the ids of their stages [..., S], the coarse one first. */
  split(ids: tf.Tensor): tf.Tensor
  /** The inverse of `split`. */
  join(stageIds: tf.Tensor): tf.Tensor
  /** The middle [..., D] of the cell that the first `stages` stages of ids name: all stages give `decode`. */
  preview(ids: tf.Tensor, stages: number): tf.Tensor
}

/**
 * Finite scalar quantisation (arXiv 2309.15505) in stages, as residual quantisers stack codebooks: every channel is bounded by a tanh and
 * rounded to a few levels, the residual within the cell is rounded to as many levels of that cell, and so on. Cells of equal width tile the
 * range, so that rounding stage by stage is rounding to the nearest code of all, and no two ids share a code. There is nothing to learn and no
 * code can die; a head over the stages needs S V logits where one over the ids needs V^S.
 *
 * Codes lie evenly in [-1, 1]; straight-through gradients are those of the bound.
 *
 * @throws ConfigError for fewer than two levels in a channel, no stage, and more than 2^23 ids
 */
export function residualFiniteScalarQuantiser({ levels, stages = 2 }: ResidualFiniteScalarOptions): ResidualFiniteScalarQuantiser {
  if (levels.length === 0 || !levels.every((count) => Number.isInteger(count) && count >= 2))
    throw new ConfigError(`residualFiniteScalarQuantiser: expected at least two levels in each channel, got [${levels.join(", ")}]`)
  if (!Number.isInteger(stages) || stages < 1)
    throw new ConfigError(`residualFiniteScalarQuantiser: expected at least one stage, got ${stages}`)
  const stageVocabulary = levels.reduce((product, count) => product * count, 1)
  const vocabulary = stageVocabulary ** stages
  if (vocabulary > 2 ** 23)
    throw new ConfigError(`residualFiniteScalarQuantiser: expected at most 2^23 ids, got ${vocabulary}; take fewer levels or stages`)

  const half = levels.map((count) => (count ** stages - 1) / 2)
  const widths = (stage: number) => tf.tensor1d(levels.map((count) => count ** (stages - stage))) // finest cells in one of this stage
  const radices = Array.from({ length: stages }, () => stageVocabulary).toReversed()

  /** The place among the finest cells, 0 .. levels^stages - 1, before it is rounded: [..., D]. */
  const boundedPlaces = (vectors: tf.Tensor) => vectors.tanh().add(1).mul(tf.tensor1d(half))
  const toCodes = (places: tf.Tensor) => places.div(tf.tensor1d(half)).sub(1)
  const split = (ids: tf.Tensor) => tf.tidy(() => idsToDigits(ids, radices).reverse(-1))
  const join = (stageIds: tf.Tensor) => tf.tidy(() => digitsToIds(stageIds.reverse(-1), radices))
  const preview = (ids: tf.Tensor, shown: number) =>
    tf.tidy(() => {
      const ofStages = idsToDigits(split(ids), levels).toFloat() // [..., S, D]
      const places = ofStages.slice(
        Array.from(ofStages.shape, () => 0),
        [...ofStages.shape.slice(0, -2), shown, levels.length],
      )
      const left = tf.stack(Array.from({ length: shown }, (_, index) => widths(index + 1))) // [shown, D]
      // The first of the finest cells, and half of the others: the middle
      return toCodes(places.mul(left).sum(-2).add(widths(shown).sub(1).div(2)))
    })

  return {
    channels: levels.length,
    vocabulary,
    tokens: "ids",
    stages,
    stageVocabulary,
    init: () => ({}),
    encode: (_, vectors) =>
      tf.tidy(() => {
        // floor(x + 1/2), not round: backends differ in how they round halves
        const places = boundedPlaces(ops.stopGradient(vectors)).add(0.5).floor()
        const ofStages = Array.from({ length: stages }, (_, index) => {
          const quotient = places
            .add(0.5)
            .div(widths(index + 1))
            .floor()
          const radix = tf.tensor1d([...levels])
          return digitsToIds(quotient.sub(quotient.add(0.5).div(radix).floor().mul(radix)), levels)
        })
        return join(tf.stack(ofStages, -1))
      }),
    decode: (_, ids) => preview(ids, stages),
    relax: (_, vectors) => tf.tidy(() => toCodes(boundedPlaces(vectors))),
    split,
    join,
    preview,
  }
}
