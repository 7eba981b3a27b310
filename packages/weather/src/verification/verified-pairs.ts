import { timeLookup } from "../data/time-lookup.ts"
import type { FieldSeries } from "../data/field-series.ts"
import type { ForecastSource } from "../forecast/forecast-source.ts"

/** A start that can be verified. */
export interface VerifiableStart {
  /** Its number in the forecast. */
  readonly start: number
  /** For each lead the number of the truth in its series, -1 where there is none; [L]. */
  readonly truths: readonly number[]
}

/** Pairs start and lead of a forecast with the truth at the valid time; starts without any truth are left out, to be reported. */
export function verifiedPairs(
  { starts, leads }: Pick<ForecastSource, "starts" | "leads">,
  truth: FieldSeries,
): { readonly verifiable: readonly VerifiableStart[]; readonly without: readonly number[] } {
  const find = timeLookup(truth.time)
  const all = Array.from(starts, (hours, start) => ({ start, truths: Array.from(leads, (lead) => find(hours + lead)) }))
  const hasTruth = ({ truths }: VerifiableStart): boolean => truths.some((t) => t >= 0)
  return { verifiable: all.filter(hasTruth), without: all.filter((pair) => !hasTruth(pair)).map(({ start }) => start) }
}
