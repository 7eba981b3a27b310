import { ConfigError, DataError, randomStream, type RandomStream } from "@scalewise/nn"
import { yearFraction } from "../calendar/calendar.ts"
import type { HarmonicClimatology } from "../climatology/harmonic-climatology.ts"
import type { FieldSeries } from "../data/field-series.ts"
import { timeLookup } from "../data/time-lookup.ts"
import type { ForecastSource } from "../forecast/forecast-source.ts"
import { rowWeights } from "../grid/lat-lon-grid.ts"
import { seasonalFields, type SeasonalFields } from "../verification/seasonal-fields.ts"

// T times, N = V H W numbers of a state, L leads

/** What a baseline forecasts, and what it may learn from. */
export interface BaselineOptions {
  /** Starts, leads, members and variables to forecast: most often the forecast that is verified. */
  readonly forecast: Pick<ForecastSource, "variables" | "grid" | "calendar" | "starts" | "leads" | "members">
  /** Training states and the states at the starts, of the forecast's variables in their order. */
  readonly series: FieldSeries
  /** Numbers of the training states in `series`. Nothing is learned from others. */
  readonly trainTimes: readonly number[]
  /** Fitted to the training states. */
  readonly climatology: HarmonicClimatology
  /** @defaultValue 0 */
  readonly seed?: number
}

/** What all baselines share: states as anomalies in standard deviations of their cell and season. */
export interface BaselineSetting extends BaselineOptions {
  readonly size: number
  /** [T, N]; NaN where data is missing, but 0 for numbers that training never has. */
  readonly anomalies: Float32Array
  /** [T], 1 for states without missing values, those apart that training never has; the latter stay NaN in every forecast. */
  readonly isComplete: Uint8Array
  /** [T], 1 for training states without missing values. */
  readonly isTraining: Uint8Array
  /** Training states from which training goes on for all leads, without missing values. */
  readonly trajectories: readonly number[]
  /** Those within 45 days of a time's day of the year: weather is made of other scales in other seasons. All of them where these are fewer than 30. */
  nearSeason(hours: number): readonly number[]
  /** Of each cell and variable, mean 1; [N]. */
  readonly weights: Float64Array
  find(hours: number): number
  seasonal(hours: number): SeasonalFields
  readonly random: RandomStream
}

/**
 * Prepares what the baselines share.
 *
 * @throws ConfigError where the series does not have the forecast's variables in their order
 * @throws DataError where training never goes on for as long as the longest lead
 */
export function baselineSetting(options: BaselineOptions): BaselineSetting {
  const { forecast, series, trainTimes, climatology, seed = 0 } = options
  const [asked, given] = [forecast.variables, series.variables].map((variables) => variables.map(({ name }) => name).join(", "))
  if (asked !== given) throw new ConfigError(`baselines: expected a series of ${asked}, in this order, got one of ${given}`)
  const { time, values } = series
  const size = values.length / time.hours.length
  const seasonal = seasonalFields(climatology, time.calendar)
  const anomalies = new Float32Array(values.length)
  const isComplete = new Uint8Array(time.hours.length).fill(1)
  for (const [t, hours] of time.hours.entries()) {
    const { mean, deviation } = seasonal(hours)
    for (let n = 0, at = t * size; n < size; n++, at++) {
      if (Number.isNaN(mean[n]!)) continue
      anomalies[at] = (values[at]! - mean[n]!) / (deviation[n]! || 1) // what never changes has no deviation
      if (!Number.isFinite(anomalies[at]!)) isComplete[t] = 0
    }
  }
  const isTraining = new Uint8Array(time.hours.length)
  for (const t of trainTimes) isTraining[t] = isComplete[t]!
  const find = timeLookup(time)
  const goesOn = (t: number): boolean => forecast.leads.every((lead) => isTraining[find(time.hours[t]! + lead)] === 1)
  const trajectories = trainTimes.filter((t) => isTraining[t] === 1 && goesOn(t))
  if (trajectories.length < 30)
    throw new DataError(
      `baselines: expected at least 30 training states that have states without missing values at all of ${forecast.leads.length} leads after them, ` +
        `found ${trajectories.length} of ${trainTimes.length}; give more training years, or data with the time steps of the forecast's leads, or do without baselines`,
    )
  const seasons = trajectories.map((t) => yearFraction(time.hours[t]!, time.calendar))
  const nearSeason = (hours: number): readonly number[] => {
    const season = yearFraction(hours, time.calendar)
    const near = trajectories.filter((_, i) => daysApart(seasons[i]!, season) <= 45)
    return near.length < 30 ? trajectories : near
  }
  const { grid } = forecast
  const rows = rowWeights(grid)
  const [height, width] = [grid.latitudes.length, grid.longitudes.length]
  return {
    ...options,
    size,
    anomalies,
    isComplete,
    isTraining,
    trajectories,
    nearSeason,
    weights: Float64Array.from({ length: size }, (_, n) => rows[Math.floor(n / width) % height]!),
    find,
    seasonal,
    random: randomStream(seed).fold("baseline"),
  }
}

/** Days between two fractions of the year, whichever way round is shorter. */
export function daysApart(a: number, b: number): number {
  const apart = Math.abs(a - b)
  return 365.25 * Math.min(apart, 1 - apart)
}

/** A forecast source for the setting's starts and leads; `read` gets the start's number and hours and fills [L, M, N], which is NaN before. */
export function baselineSource(
  { forecast: { variables, grid, calendar, starts, leads, members: asked }, size }: BaselineSetting,
  name: string,
  fill: (into: Float32Array, hours: number) => void,
  members = asked,
): ForecastSource {
  return {
    name,
    variables,
    grid,
    calendar,
    starts,
    leads,
    members,
    read(start) {
      const fields = new Float32Array(leads.length * members * size).fill(Number.NaN)
      fill(fields, starts[start]!)
      return Promise.resolve(fields)
    },
  }
}

/** The stream of one start. */
export const startStream = (random: RandomStream, hours: number): RandomStream => random.fold(String(hours))
