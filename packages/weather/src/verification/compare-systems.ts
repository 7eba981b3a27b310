import { crpsColumn, finiteInterval } from "./lead-scores.ts"
import type { BlockResampler } from "./block-bootstrap.ts"
import type { LeadTally } from "./lead-tally.ts"
import { skillScore } from "./skill-score.ts"
import type { Comparison } from "./verification-result.ts"

/** The tallies of one system for one variable. */
export interface SystemTallies {
  readonly name: string
  readonly members: number
  readonly leads: readonly LeadTally[]
}

/** The forecast against a reference: skill and paired differences on the starts that both were scored for, with intervals from the same blocks. */
export function compareSystems(
  forecast: SystemTallies,
  reference: SystemTallies,
  hours: readonly number[],
  resampler: (cases: number) => BlockResampler,
): Comparison[] {
  const perStart = {
    crps: ({ members }: SystemTallies, tally: LeadTally) => crpsColumn(tally, members),
    rmse: (_: SystemTallies, { columns }: LeadTally) => columns.squaredError,
    energyScore: (_: SystemTallies, { columns }: LeadTally) => columns.energyScore,
  }
  return (["crps", "rmse", "energyScore"] as const).map((score) => {
    const final = score === "rmse" ? Math.sqrt : (mean: number): number => mean // the root comes last
    return {
      reference: reference.name,
      score,
      leads: hours.map((lead, l) => {
        const ours = perStart[score](forecast, forecast.leads[l]!)
        const theirs = perStart[score](reference, reference.leads[l]!)
        const shared = Array.from(ours.keys()).filter((s) => !Number.isNaN(ours[s]!) && !Number.isNaN(theirs[s]!))
        const columns = [ours, theirs].map((column) => Float64Array.from(shared, (s) => column[s]!))
        const resample = resampler(shared.length)
        return {
          lead,
          skill: finiteInterval(resample(columns, ([a, b]) => skillScore(final(a!), final(b!)))),
          difference: finiteInterval(resample(columns, ([a, b]) => final(a!) - final(b!))),
        }
      }),
    }
  })
}
