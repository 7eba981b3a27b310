import type { BandSums } from "./band-tally.ts"
import type { BlockResampler, BootstrapInterval } from "./block-bootstrap.ts"
import { brierScore } from "./brier-score.ts"
import { costLossRatios, economicValue } from "./economic-value.ts"
import { baseRate, reliabilityDiagram, type EventTable } from "./event-table.ts"
import type { LeadTally } from "./lead-tally.ts"
import { rankDeviation } from "./rank-histogram.ts"
import { rocCurve } from "./roc-curve.ts"
import { spreadSkillRatio } from "./skill-score.ts"
import type { SpectrumSums } from "./spectrum-tally.ts"
import { eventName, type QuantileEvent } from "./training-quantiles.ts"
import type { BandScores, EventScores, LeadScores, Score, ScoreInterval, SpectrumScores } from "./verification-result.ts"
import { logSpectralDistance } from "./zonal-spectrum.ts"

/** What turns sums into scores. */
export interface LeadScoresOptions {
  readonly lead: number
  readonly members: number
  readonly events: readonly QuantileEvent[]
  /** Whether events get the curves of diagrams too, or the figures alone. */
  readonly curves: boolean
  readonly resampler: (cases: number) => BlockResampler
  readonly spectrum: { readonly sums: SpectrumSums; readonly wavelengthsKm: Float64Array } | undefined
  /** [K]. */
  readonly bands: readonly { readonly sums: BandSums; readonly wavelengthKm: number }[]
}

/** The scores of one system, variable and lead from its sums. */
export function leadScores(tally: LeadTally, { lead, members, events, curves, resampler, spectrum, bands }: LeadScoresOptions): LeadScores {
  const { columns, ranks } = tally
  const squared = scored(columns.squaredError)
  const mean = (name: keyof typeof columns): number => average(scored(columns[name]))
  const [squaredError, variance, distance, half] = [average(squared), mean("variance"), mean("distance"), mean("halfDifference")]
  const resample = resampler(squared.length)
  const total = ranks.reduce((sum, weight) => sum + weight, 0)
  return {
    lead,
    starts: squared.length,
    missingTruth: tally.missingTruth,
    missingForecast: tally.missingForecast,
    rmse: finite(Math.sqrt(squaredError)),
    rmseInterval: finiteInterval(resample([squared], ([mse]) => Math.sqrt(mse!))),
    rmseUnbiased: members < 2 ? null : finite(Math.sqrt(Math.max(squaredError - variance / members, 0))),
    mae: finite(mean("absoluteError")),
    bias: finite(mean("error")),
    acc: finite(mean("acc")),
    crps: finite(members < 2 ? distance : distance - half),
    crpsInterval: finiteInterval(resample([scored(crpsColumn(tally, members))], ([crps]) => crps!)),
    crpsClassic: finite(members < 2 ? distance : distance - (half * (members - 1)) / members),
    crpsGaussian: finite(mean("gaussianCrps")),
    spread: members < 2 ? null : finite(Math.sqrt(variance)),
    spreadSkill: finite(spreadSkillRatio(variance, squaredError, members)),
    crpsRatio: members < 2 ? null : finite((2 * half) / distance),
    energyScore: finite(mean("energyScore")),
    variogramScore: finite(mean("variogramScore")),
    rankHistogram: total > 0 ? Array.from(ranks, (weight) => weight / total) : [],
    rankDeviation: finite(rankDeviation(ranks)),
    events: tally.events.map((table, e) => eventScores(table, events[e]!, curves)),
    spectrum: spectrum && spectrum.sums.fields > 0 ? spectrumScores(spectrum.sums, spectrum.wavelengthsKm) : null,
    bands: bands.filter(({ sums }) => sums.fields > 0).map(({ sums, wavelengthKm }) => bandScores(sums, wavelengthKm, members)),
  }
}

/** Each start's fair CRPS, or its absolute error where there is one member; [S], NaN for starts that were not scored. */
export function crpsColumn({ columns }: LeadTally, members: number): Float64Array {
  return members < 2 ? columns.distance : columns.distance.map((distance, s) => distance - columns.halfDifference[s]!)
}

/** JSON knows no NaN. */
export const finite = (value: number): Score => (Number.isFinite(value) ? value : null)

/** An interval for JSON. */
export const finiteInterval = ({ estimate, lower, upper }: BootstrapInterval): ScoreInterval => ({
  estimate: finite(estimate),
  lower: finite(lower),
  upper: finite(upper),
})

const scored = (column: Float64Array): Float64Array => column.filter((value) => !Number.isNaN(value))

const average = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length

function eventScores(table: EventTable, event: QuantileEvent, curves: boolean): EventScores {
  const brier = brierScore(table)
  const { points, area } = rocCurve(table)
  const values = economicValue(table)
  return {
    name: eventName(event),
    quantile: event.quantile,
    side: event.side,
    cells: table.cells,
    events: table.events,
    baseRate: finite(baseRate(table)),
    brier: finite(brier.brier),
    brierFair: finite(brier.fair),
    reliability: finite(brier.reliability),
    resolution: finite(brier.resolution),
    uncertainty: finite(brier.uncertainty),
    brierSkill: finite(brier.skill),
    brierSkillFair: finite(brier.fairSkill),
    auc: finite(area),
    diagram:
      !curves || table.cells === 0
        ? []
        : reliabilityDiagram(table).map(({ probability, share, observed }) => ({ probability, share, observed: finite(observed) })),
    roc: curves ? points : [],
    economicValue: !curves ? [] : costLossRatios.map((costLoss, i) => ({ costLoss, value: finite(values[i]!) })),
  }
}

function spectrumScores({ fields, truth, member, ensembleMean }: SpectrumSums, wavelengthsKm: Float64Array): SpectrumScores {
  const perField = (sums: Float64Array): number[] => Array.from(sums, (sum) => sum / fields)
  return {
    wavelengthsKm: Array.from(wavelengthsKm),
    truth: perField(truth),
    member: perField(member),
    ensembleMean: perField(ensembleMean),
    logDistance: finite(logSpectralDistance(member, truth)),
  }
}

function bandScores(sums: BandSums, wavelengthKm: number, members: number): BandScores {
  const { fields, squaredError, variance, distance, halfDifference, memberPower, truthPower } = sums
  return {
    wavelengthKm,
    rmse: finite(Math.sqrt(squaredError / fields)),
    crps: finite((distance - halfDifference) / fields),
    spreadSkill: finite(spreadSkillRatio(variance, squaredError, members)),
    varianceRatio: finite(memberPower / truthPower),
  }
}
