import { normalCdf } from "./gaussian-crps.ts"

/**
 * Rank of the truth among sorted members: how many lie below it, ties decided at random, so that calibrated but rounded ensembles
 * are flat too (Hamill 2001, doi:10.1175/1520-0493(2001)129<0550:IORHFV>2.0.CO;2).
 *
 * @param uniform - called for a number in [0, 1) only where the truth ties with members
 * @returns 0..count
 */
export function rankOf(sorted: Float64Array, count: number, truth: number, uniform: () => number): number {
  let below = 0
  while (below < count && sorted[below]! < truth) below++
  let ties = 0
  while (below + ties < count && truth === sorted[below + ties]) ties++
  return ties === 0 ? below : below + Math.floor(uniform() * (ties + 1))
}

/** Sum of |share - 1 / bins|: 0 for a flat histogram, towards 2 for one full bin of many; NaN for an empty one. */
export function rankDeviation(histogram: ArrayLike<number>): number {
  const shares = Array.from(histogram)
  const total = shares.reduce((sum, value) => sum + value, 0)
  return shares.reduce((sum, value) => sum + Math.abs(value / total - 1 / shares.length), 0)
}

/**
 * Chi-square statistic of flatness of a histogram of counts and its p-value. The p-value holds for independent ranks only: neighbours in space and
 * time are not, so give it the number of independent cases that you believe in. By the Wilson-Hilferty approximation (1931, doi:10.1073/pnas.17.12.684).
 */
export function rankFlatness(counts: ArrayLike<number>): { readonly chiSquare: number; readonly pValue: number } {
  const values = Array.from(counts)
  const expected = values.reduce((sum, value) => sum + value, 0) / values.length
  const chiSquare = values.reduce((sum, value) => sum + (value - expected) ** 2 / expected, 0)
  const freedom = values.length - 1
  const spread = 2 / (9 * freedom)
  return { chiSquare, pValue: 1 - normalCdf((Math.cbrt(chiSquare / freedom) - 1 + spread) / Math.sqrt(spread)) }
}
