import { ConfigError } from "@scalewise/nn"

/**
 * Continuous ranked probability score of an ensemble against one truth, in its units; 0 is best.
 *
 * `"fair"` is an unbiased estimate of what infinitely many members would score: mean |x - y| less half the mean |x - x'| over pairs of
 * different members (Ferro 2014, doi:10.1002/qj.2270). `"classic"` is the score of the empirical distribution itself (Hersbach 2000,
 * doi:10.1175/1520-0434(2000)015<0559:DOTCRP>2.0.CO;2), which grows as members get fewer: compare ensembles of different size by the fair form.
 *
 * @param members - [M], in any order
 * @throws ConfigError for no member, or one member in the fair form, which needs pairs
 */
export function ensembleCrps(members: ArrayLike<number>, truth: number, { form = "fair" }: EnsembleCrpsOptions = {}): number {
  const count = members.length
  if (count < (form === "fair" ? 2 : 1))
    throw new ConfigError(
      `ensembleCrps: expected at least ${form === "fair" ? "two members for the fair form" : "one member"}, got ${count}`,
    )
  const sorted = Float64Array.from(members).sort()
  const pairs = halfMeanDifference(sorted, count)
  return meanDistance(sorted, count, truth) - (form === "fair" ? pairs : (pairs * (count - 1)) / count)
}

/** Options of `ensembleCrps`. */
export interface EnsembleCrpsOptions {
  /** @defaultValue "fair" */
  readonly form?: "fair" | "classic"
}

/** Mean |x - y| over members. */
export function meanDistance(members: Float64Array, count: number, truth: number): number {
  let sum = 0
  for (let m = 0; m < count; m++) sum += Math.abs(members[m]! - truth)
  return sum / count
}

/** Half the mean |x - x'| over pairs of different members, from their sorted values; 0 for one member. */
export function halfMeanDifference(sorted: Float64Array, count: number): number {
  if (count < 2) return 0
  let sum = 0
  for (let m = 0; m < count; m++) sum += (2 * m + 1 - count) * sorted[m]!
  return sum / (count * (count - 1))
}

/** Sorts the first `count` values in place: by insertion, which is fastest for the few members of a cell and leaves no garbage. */
export function sortFew(values: Float64Array, count: number): void {
  if (count > 64) {
    values.subarray(0, count).sort()
    return
  }
  for (let i = 1; i < count; i++) {
    const value = values[i]!
    let at = i
    while (at > 0 && values[at - 1]! > value) {
      values[at] = values[at - 1]!
      at--
    }
    values[at] = value
  }
}
