import { ConfigError } from "@scalewise/nn"
import type { FieldSeries } from "../data/field-series.ts"
import type { ForecastSource } from "../forecast/forecast-source.ts"
import { cellCount, rowWeights } from "../grid/lat-lon-grid.ts"
import { timeLookup } from "../data/time-lookup.ts"
import { halfMeanDifference, meanDistance, sortFew } from "../verification/ensemble-crps.ts"
import { spreadSkillRatio } from "../verification/skill-score.ts"
import type { Forecaster } from "./forecaster.ts"
import { initialStates } from "./initial-states.ts"
import { modelForecasts } from "./model-forecasts.ts"
import type { Period } from "../calendar/parse-span.ts"

/** Fair CRPS and spread-skill ratio of each lead, [L][V]. */
export interface EnsembleQuality {
  readonly crps: readonly (readonly number[])[]
  readonly spreadSkill: readonly (readonly number[])[]
}

/** Options of `calibrateForecaster`. */
export interface CalibrateOptions {
  /** What temperatures are fitted on: never data of training or test. */
  readonly series: FieldSeries
  readonly period: Period
  /** Steps that count. @defaultValue 7 */
  readonly leads?: number
  /** @defaultValue 10 */
  readonly members?: number
  /** Starts, evenly spaced over the period. @defaultValue 60 */
  readonly starts?: number
  /** Temperatures that are tried. @defaultValue 0.5 to 2 */
  readonly candidates?: readonly number[]
  readonly seed: number
  /** Called after each trial. */
  readonly onTrial?: (trial: CalibrationTrial) => void
  readonly signal?: AbortSignal | undefined
}

/** One choice of temperatures and what it gives. */
export interface CalibrationTrial extends EnsembleQuality {
  readonly temperatures: readonly number[]
  /** Mean over leads and variables of the CRPS against that of temperature 1, and half the mean distance of log spread-skill from 0. */
  readonly objective: number
}

/** What calibration found. */
export interface Calibration {
  readonly before: CalibrationTrial
  readonly after: CalibrationTrial
  readonly trials: number
}

/**
 * Temperatures of the scales that make a forecaster's ensembles sharp and calibrated on validation data, by coordinate descent from the
 * coarsest scale down, all trials with the same noise. Small models are too sure of what they say.
 *
 * @throws ConfigError for a forecaster of continuous numbers, which has no temperatures
 */
export async function calibrateForecaster(model: Forecaster, options: CalibrateOptions): Promise<Calibration> {
  if (!model.body.law.isDiscrete)
    throw new ConfigError(
      `calibrate: expected a forecaster of the law "categorical", got one of the law "${model.config.law}", which has no temperatures; forecast with it as it is`,
    )
  const { series, period, leads = 7, members = 10, starts: count = 60, seed, onTrial, signal } = options
  const candidates = options.candidates ?? [0.5, 0.65, 0.8, 0.9, 1, 1.1, 1.2, 1.35, 1.5, 1.75, 2]
  const states = initialStates(model, series)
  const end = period.to - leads * model.config.stepHours
  const possible = states.hours.filter((hours) => hours >= period.from && hours < end)
  const stride = Math.max(1, Math.floor(possible.length / count))
  const starts = possible.filter((_, i) => i % stride === 0)
  let reference: EnsembleQuality | undefined
  const tried = new Map<string, CalibrationTrial>()
  const attempt = async (temperatures: readonly number[]): Promise<CalibrationTrial> => {
    const known = tried.get(temperatures.join())
    if (known) return known
    const source = modelForecasts(model, states, { starts, leads, members, seed, temperatures, together: 20, signal })
    const quality = await ensembleQuality(source, series)
    reference ??= quality
    const trial = { temperatures, ...quality, objective: objectiveOf(quality, reference) }
    tried.set(temperatures.join(), trial)
    onTrial?.(trial)
    return trial
  }
  const before = await attempt(model.config.grids.map(() => 1))
  let best = before
  for (let pass = 0; pass < 2; pass++) {
    const began = best
    for (let scale = 0; scale < model.config.grids.length; scale++)
      for (const direction of [1, -1]) {
        // Uphill in temperature, then downhill, as long as it helps
        for (let at = nearestTo(candidates, best.temperatures[scale]!) + direction; at >= 0 && at < candidates.length; at += direction) {
          const trial = await attempt(best.temperatures.map((value, k) => (k === scale ? candidates[at]! : value)))
          if (trial.objective > best.objective - leastGain) break
          best = trial
        }
      }
    if (best === began) break
  }
  return { before, after: best, trials: tried.size }
}

/** What a temperature must improve the objective by: less is noise of the few starts and members of a trial. */
const leastGain = 0.002

/** Quality of an ensemble against what happened. */
export async function ensembleQuality(source: ForecastSource, truth: FieldSeries): Promise<EnsembleQuality> {
  const { grid, starts, leads, members, variables } = source
  const cells = cellCount(grid)
  const weights = rowWeights(grid)
  const columns = grid.longitudes.length
  const size = variables.length * cells
  const find = timeLookup(truth.time)
  const sums = Array.from(leads, () => variables.map(() => ({ crps: 0, variance: 0, error: 0, weight: 0 })))
  const values = new Float64Array(members)
  for (let s = 0; s < starts.length; s++) {
    const fields = await source.read(s)
    for (const [l, lead] of leads.entries()) {
      const t = find(starts[s]! + lead)
      if (t < 0) continue
      for (let v = 0; v < variables.length; v++) {
        const sum = sums[l]![v]!
        for (let cell = 0; cell < cells; cell++) {
          const y = truth.values[t * size + v * cells + cell]!
          if (Number.isNaN(y)) continue
          let mean = 0
          for (let m = 0; m < members; m++) mean += values[m] = fields[((l * members + m) * variables.length + v) * cells + cell]!
          mean /= members
          let variance = 0
          for (let m = 0; m < members; m++) variance += (values[m]! - mean) ** 2
          sortFew(values, members)
          const weight = weights[Math.floor(cell / columns)]!
          sum.crps += weight * (meanDistance(values, members, y) - halfMeanDifference(values, members))
          sum.variance += (weight * variance) / Math.max(members - 1, 1)
          sum.error += weight * (mean - y) ** 2
          sum.weight += weight
        }
      }
    }
  }
  return {
    crps: sums.map((ofLead) => ofLead.map(({ crps, weight }) => crps / weight)),
    spreadSkill: sums.map((ofLead) => ofLead.map(({ variance, error }) => spreadSkillRatio(variance, error, members))),
  }
}

function objectiveOf({ crps, spreadSkill }: EnsembleQuality, reference: EnsembleQuality): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const relative = crps.flatMap((ofLead, l) => ofLead.map((value, v) => value / reference.crps[l]![v]!))
  return mean(relative) + 0.5 * mean(spreadSkill.flat().map((ratio) => Math.abs(Math.log(ratio))))
}

const nearestTo = (candidates: readonly number[], value: number): number =>
  candidates.reduce((best, candidate, i) => (Math.abs(candidate - value) < Math.abs(candidates[best]! - value) ? i : best), 0)
