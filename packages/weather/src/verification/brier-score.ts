import { baseRate, type EventTable } from "./event-table.ts"

/** Brier score of ensemble forecasts of an event, and its parts. */
export interface BrierScore {
  /** Mean (p - o)^2 with p = k / M (Brier 1950). */
  readonly brier: number
  /** Less p (1 - p) / (M - 1), which finite members add: what infinitely many would score (Ferro 2014, doi:10.1002/qj.2270); NaN for one member. */
  readonly fair: number
  /** Parts by Murphy (1973): brier = reliability - resolution + uncertainty, exactly, as every probability k / M is a bin of its own. */
  readonly reliability: number
  readonly resolution: number
  readonly uncertainty: number
  /** 1 - brier / uncertainty: against the observed frequency; NaN where the event is always or never there. */
  readonly skill: number
  /** The same of the fair score: without it, skill falls below 0 for few members that are calibrated but know nothing. */
  readonly fairSkill: number
}

/** Brier score and decomposition from the table of an event. */
export function brierScore(table: EventTable): BrierScore {
  const members = table.forecasts.length - 1
  const rate = baseRate(table)
  let [total, brier, noise, reliability, resolution] = [0, 0, 0, 0, 0]
  for (let k = 0; k <= members; k++) {
    const weight = table.forecasts[k]!
    if (weight === 0) continue
    const p = k / members
    const frequency = table.observed[k]! / weight
    total += weight
    brier += weight * (frequency * (1 - p) ** 2 + (1 - frequency) * p ** 2)
    noise += weight * p * (1 - p)
    reliability += weight * (p - frequency) ** 2
    resolution += weight * (frequency - rate) ** 2
  }
  const uncertainty = rate * (1 - rate)
  const fair = members < 2 ? NaN : (brier - noise / (members - 1)) / total
  const skillOf = (score: number): number => (uncertainty > 0 ? 1 - score / uncertainty : NaN)
  return {
    brier: brier / total,
    fair,
    reliability: reliability / total,
    resolution: resolution / total,
    uncertainty,
    skill: skillOf(brier / total),
    fairSkill: skillOf(fair),
  }
}
