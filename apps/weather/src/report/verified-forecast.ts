import { DataError } from "@scalewise/nn"
import {
  baselineForecasts,
  baselineNames,
  fitClimatology,
  formatDate,
  parseSpan,
  trainingQuantiles,
  verifyForecast,
  type BaselineName,
  type FieldSeries,
  type ForecastSource,
  type HarmonicClimatology,
  type VerificationResult,
} from "@scalewise/weather"

/** Options of `verifiedForecast`. */
export interface VerifiedForecastOptions {
  /** Of the forecast's variables in their order, with the training years in it. */
  readonly truth: FieldSeries
  /** What climatology, quantiles and baselines learn from: "2001-2007". */
  readonly trainYears: string
  readonly baselines: readonly string[]
  readonly seed: number
  readonly signal: AbortSignal
  readonly onStart: (done: number, total: number) => void
}

/** Fits the references to the training years and scores a forecast beside them. @throws DataError where the truth has too little of those years */
export async function verifiedForecast(
  forecast: ForecastSource,
  { truth, trainYears, baselines, seed, signal, onStart }: VerifiedForecastOptions,
): Promise<{ readonly climatology: HarmonicClimatology; readonly verification: VerificationResult }> {
  const { hours, calendar } = truth.time
  const { from, to } = parseSpan(trainYears, calendar)
  const times = [...hours.keys()].filter((t) => hours[t]! >= from && hours[t]! < to)
  if (times.length === 0)
    throw new DataError(
      `--train-years ${trainYears}: expected training states in the truth, found none from ${formatDate(hours[0]!, calendar)} to ${formatDate(hours.at(-1)!, calendar)}; give the files of those years too`,
    )
  const climatology = fitClimatology(truth, { times })
  const verification = await verifyForecast(forecast, {
    truth,
    climatology,
    quantiles: trainingQuantiles(truth, times),
    baselines: baselineForecasts({ forecast, series: truth, trainTimes: times, climatology, seed }, namesOf(baselines)),
    training: `${formatDate(hours[times[0]!]!, calendar)} to ${formatDate(hours[times.at(-1)!]!, calendar)}, ${times.length} states`,
    seed,
    signal,
    onStart,
  })
  return { climatology, verification }
}

/** "all" and "none" are words for lists; other names are checked by `baselineForecasts`. */
const namesOf = (names: readonly string[]): readonly BaselineName[] =>
  names.includes("all") ? baselineNames : (names.filter((name) => name !== "none") as BaselineName[])
