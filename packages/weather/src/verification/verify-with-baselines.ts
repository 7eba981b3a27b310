import { ConfigError, DataError } from "@scalewise/nn"
import { baselineForecasts, type BaselineName } from "../baseline/baseline-forecasts.ts"
import { formatDate } from "../calendar/calendar.ts"
import type { Period } from "../calendar/parse-span.ts"
import { fitClimatology, type HarmonicClimatology } from "../climatology/harmonic-climatology.ts"
import type { FieldSeries } from "../data/field-series.ts"
import type { ForecastSource } from "../forecast/forecast-source.ts"
import { selectForecast } from "../forecast/select-forecast.ts"
import { checkComparable } from "./check-comparable.ts"
import { cutToGrid } from "./cut-to-grid.ts"
import { trainingQuantiles } from "./training-quantiles.ts"
import type { VerificationResult } from "./verification-result.ts"
import { verifiedPairs } from "./verified-pairs.ts"
import { verifyForecast, type VerifyForecastOptions } from "./verify-forecast.ts"

/** Options of `verifyWithBaselines`. */
export interface VerifyWithBaselinesOptions extends Omit<
  VerifyForecastOptions,
  "truth" | "climatology" | "quantiles" | "baselines" | "training"
> {
  /** Truth and training states in one: the forecast's variables in its units, on its grid or a larger one that contains it. */
  readonly series: FieldSeries
  /** When climatology, quantiles and baselines learn. */
  readonly train: Period
  /** @defaultValue all */
  readonly baselines?: readonly BaselineName[]
}

/** A verification and what it was made with. */
export interface VerifiedForecast {
  readonly result: VerificationResult
  /** The forecast as it was verified: without leads that no truth is there for. */
  readonly forecast: ForecastSource
  /** The series on the forecast's grid with its variables alone. */
  readonly truth: FieldSeries
  readonly climatology: HarmonicClimatology
}

/**
 * Everything from a forecast and a series of states: fits climatology, event thresholds and baselines to the training years and verifies all on
 * the same starts and leads. Leads without any truth and lead 0, which is the start itself, are left out and named in the notices.
 *
 * @throws DataError where forecast and series do not go together, or training is too short
 */
export async function verifyWithBaselines(
  forecast: ForecastSource,
  { series, train, baselines, seed = 0, ...rest }: VerifyWithBaselinesOptions,
): Promise<VerifiedForecast> {
  const truth = pickVariables(cutToGrid(series, forecast.grid), forecast)
  const { hours, calendar } = truth.time
  const trainTimes = Array.from(hours.keys()).filter((t) => hours[t]! >= train.from && hours[t]! < train.to)
  const span = `${formatDate(train.from, calendar)} to ${formatDate(train.to, calendar)}`
  if (trainTimes.length === 0)
    throw new ConfigError(
      `verify: expected training states from ${span}, found data from ${formatDate(hours[0]!, calendar)} to ${formatDate(hours.at(-1)!, calendar)}; ` +
        "choose years that the data has, or give the files that have them as well",
    )
  const { verifiable } = verifiedPairs(forecast, truth)
  const known = Array.from(forecast.leads.keys()).filter((l) => verifiable.some(({ truths }) => truths[l]! >= 0))
  const leads = known.filter((l) => forecast.leads[l]! > 0)
  if (known.length > 0 && leads.length === 0)
    throw new DataError(
      `verify: expected leads after the start, found truth for lead 0 alone in ${forecast.name}; give truth of later times`,
    )
  const chosen = known.length === 0 ? forecast : selectForecast(forecast, { leads })
  const climatology = fitClimatology(truth, { times: trainTimes })
  const result = await verifyForecast(chosen, {
    ...rest,
    seed,
    truth,
    climatology,
    quantiles: trainingQuantiles(truth, trainTimes),
    baselines:
      verifiable.length === 0 ? [] : baselineForecasts({ forecast: chosen, series: truth, trainTimes, climatology, seed }, baselines),
    training: `${trainTimes.length} states from ${span}`,
    notices: [...(rest.notices ?? []), ...noticesOf(forecast, chosen, train)],
  })
  return { result, forecast: chosen, truth, climatology }
}

/** The forecast's variables in its order. */
function pickVariables(series: FieldSeries, forecast: ForecastSource): FieldSeries {
  const numbers = checkComparable(forecast, series)
  if (numbers.length === series.variables.length && numbers.every((number, v) => number === v)) return series
  const times = series.time.hours.length
  const cells = series.values.length / (times * series.variables.length)
  const values = new Float32Array(times * numbers.length * cells)
  for (let t = 0; t < times; t++)
    for (const [v, number] of numbers.entries()) {
      const from = (t * series.variables.length + number) * cells
      values.set(series.values.subarray(from, from + cells), (t * numbers.length + v) * cells)
    }
  return { ...series, variables: numbers.map((number) => series.variables[number]!), values }
}

function noticesOf(forecast: ForecastSource, { leads }: ForecastSource, { from, to }: Period): string[] {
  const notices: string[] = []
  const dropped = Array.from(forecast.leads).filter((lead) => !leads.includes(lead))
  const [later, atStart] = [dropped.filter((lead) => lead > 0), dropped.filter((lead) => lead <= 0)]
  if (later.length > 0) notices.push(`No truth is there at any start for the leads ${later.join(", ")} h; they are left out.`)
  if (atStart.length > 0) notices.push(`Lead ${atStart.join(", ")} h is the start itself and is left out.`)
  const inside = Array.from(forecast.starts).filter((start) => start >= from && start < to).length
  if (inside > 0)
    notices.push(
      `${inside} of ${forecast.starts.length} starts lie in the training years: scores there are no test, of baselines least of all.`,
    )
  return notices
}
