import type { GridSchedule } from "@scalewise/core"
import { DataError, ShapeError } from "@scalewise/nn"

/** What tokens cost without any context, in nats of a site; entry k - 1 is scale k. */
export interface UnigramScores {
  /** One table for each scale. */
  readonly perScale: readonly number[]
  /** One table for each site of each scale, its mean over the sites. */
  readonly perPosition: readonly number[]
  /** The same of all tokens of an image. */
  readonly nats: { readonly perScale: number; readonly perPosition: number }
}

/** Tables of token frequencies. */
export interface UnigramBaseline {
  /** The entropy of the tables: what the tokens cost that they were counted on. */
  readonly entropy: UnigramScores
  /**
   * The cross-entropy of other tokens [N, L] or bits [N, L, d]; each code is counted once more than it was seen, so that none is impossible.
   *
   * @throws ShapeError
   */
  score(tokens: Int32Array): UnigramScores
}

/** Options of `unigramBaseline`. */
export interface UnigramBaselineOptions {
  readonly schedule: GridSchedule
  /** V, the codes there are; 2 where tokens are bits. */
  readonly vocabulary: number
  /** d, the bits of a site, each with a table of its own. @defaultValue 1: tokens are ids */
  readonly bits?: number
}

/**
 * The baseline that a generator must beat at every scale: token frequencies, counted on training tokens [N, L] or bits [N, L, d]. A generator
 * without context could reach the per-position tables, and one without even the place of a site the per-scale ones.
 *
 * @throws ShapeError for tokens that are no whole number of images, DataError for tokens that are no codes
 */
export function unigramBaseline(tokens: Int32Array, { schedule, vocabulary, bits = 1 }: UnigramBaselineOptions): UnigramBaseline {
  const { length, steps } = schedule
  const scaleOf = Int32Array.from({ length }, (_, site) => schedule.offsets.findLastIndex((offset) => offset <= site))
  const imagesOf = (values: Int32Array): number => {
    const images = values.length / (length * bits)
    if (!Number.isInteger(images) || images === 0)
      throw new ShapeError(`unigramBaseline: expected ${length * bits} tokens for each image, got ${values.length} in all`)
    return images
  }
  /** Counts [tables, bits, V], one table for each site; `ofScale` has them summed over a scale. */
  const countsOf = (values: Int32Array): { ofSite: Float64Array; ofScale: Float64Array } => {
    const ofSite = new Float64Array(length * bits * vocabulary)
    const ofScale = new Float64Array(steps * bits * vocabulary)
    for (let at = 0; at < values.length; at++) {
      if (!(values[at]! >= 0 && values[at]! < vocabulary))
        throw new DataError(`unigramBaseline: expected tokens from 0 to ${vocabulary - 1}, got ${values[at]}`)
      const bit = at % bits
      const site = Math.floor(at / bits) % length
      ofSite[(site * bits + bit) * vocabulary + values[at]!]!++
      ofScale[(scaleOf[site]! * bits + bit) * vocabulary + values[at]!]!++
    }
    return { ofSite, ofScale }
  }
  imagesOf(tokens)
  const fitted = countsOf(tokens)

  const scores = (counted: ReturnType<typeof countsOf>, images: number, extra: number): UnigramScores => {
    const perScale = new Float64Array(steps)
    const perPosition = new Float64Array(steps)
    for (let scale = 0; scale < steps; scale++)
      perScale[scale] = crossEntropy(counted.ofScale, fitted.ofScale, { from: scale * bits, tables: bits, vocabulary, extra })
    for (let site = 0; site < length; site++)
      perPosition[scaleOf[site]!]! += crossEntropy(counted.ofSite, fitted.ofSite, { from: site * bits, tables: bits, vocabulary, extra })
    const total = (sums: Float64Array): number => sums.reduce((sum, value) => sum + value, 0) / images
    const perSite = (sums: Float64Array): number[] => Array.from(sums, (sum, scale) => sum / (images * schedule.tokens[scale]!))
    return {
      perScale: perSite(perScale),
      perPosition: perSite(perPosition),
      nats: { perScale: total(perScale), perPosition: total(perPosition) },
    }
  }
  return {
    entropy: scores(fitted, imagesOf(tokens), 0),
    score: (others) => scores(countsOf(others), imagesOf(others), 1),
  }
}

/** -sum of counts times the log of table frequencies, over `tables` tables of V entries from table `from` on. */
function crossEntropy(
  counts: Float64Array,
  table: Float64Array,
  { from, tables, vocabulary, extra }: { from: number; tables: number; vocabulary: number; extra: number },
): number {
  let nats = 0
  for (let index = from; index < from + tables; index++) {
    let total = extra * vocabulary
    for (let code = 0; code < vocabulary; code++) total += table[index * vocabulary + code]!
    for (let code = 0; code < vocabulary; code++) {
      const count = counts[index * vocabulary + code]!
      if (count > 0) nats -= count * Math.log((table[index * vocabulary + code]! + extra) / total)
    }
  }
  return nats
}
