import { ConfigError, DataError, randomStream } from "@scalewise/nn"
import { formatDate } from "../calendar/calendar.ts"
import type { HarmonicClimatology } from "../climatology/harmonic-climatology.ts"
import type { FieldSeries } from "../data/field-series.ts"
import type { ForecastSource } from "../forecast/forecast-source.ts"
import { cellCount, rowWeights } from "../grid/lat-lon-grid.ts"
import { blockResampler, type BlockResampler } from "./block-bootstrap.ts"
import { checkComparable } from "./check-comparable.ts"
import { compareSystems } from "./compare-systems.ts"
import { finite } from "./lead-scores.ts"
import { seasonalFields } from "./seasonal-fields.ts"
import { systemTally, type StartToScore, type SystemTally, type TallySetting } from "./system-tally.ts"
import type { TrainingQuantiles } from "./training-quantiles.ts"
import { nearbyPairs } from "./variogram-score.ts"
import type { VerificationResult } from "./verification-result.ts"
import { verifiedPairs } from "./verified-pairs.ts"

// S starts, L leads, M members, V variables, H x W grid

/** Options of `verifyForecast`. */
export interface VerifyForecastOptions {
  /** What happened, on the forecast's grid, in its units and calendar. It may hold more variables. */
  readonly truth: FieldSeries
  /** Fitted to training states alone, of the truth's variables in their order. */
  readonly climatology: HarmonicClimatology
  /** Thresholds of events, of the truth's variables in their order. @defaultValue no events */
  readonly quantiles?: TrainingQuantiles
  /** References with the forecast's starts, leads and variables; see `baselineForecasts`. @defaultValue none */
  readonly baselines?: readonly ForecastSource[]
  /** What climatology and baselines were learned from, in words. */
  readonly training: string
  /** Of ties of ranks and of the bootstrap. @defaultValue 0 */
  readonly seed?: number
  /** Length of bootstrap blocks, days. @defaultValue 15 */
  readonly blockDays?: number
  /** @defaultValue 1000 */
  readonly resamples?: number
  /** From how many starts at most spectra are taken, evenly spaced. @defaultValue 60 */
  readonly spectrumStarts?: number
  /** From how many starts at most band and variogram scores are taken, evenly spaced. @defaultValue 120 */
  readonly bandStarts?: number
  /** Conditions to be put into the result's notices. */
  readonly notices?: readonly string[]
  /** Called after each start. */
  readonly onStart?: (done: number, total: number) => void
  /** Stops between starts: what was gathered is scored. */
  readonly signal?: AbortSignal
}

/**
 * Scores of a forecast, and of references on the same starts, leads and cells, as plain JSON. One start is in memory at a time. A cell
 * counts where truth and forecast are there, and is counted as missing elsewhere. Means are first over cells by area, then over starts, and
 * roots are taken last.
 *
 * @throws DataError where forecast and truth do not go together, or have no time in common
 * @throws ConfigError for a baseline with other leads or starts
 */
export async function verifyForecast(forecast: ForecastSource, options: VerifyForecastOptions): Promise<VerificationResult> {
  const { truth, climatology, quantiles, baselines = [], training, seed = 0, blockDays = 15, resamples = 1000, onStart, signal } = options
  const numbers = checkComparable(forecast, truth)
  for (const baseline of baselines) checkBaseline(baseline, forecast)
  const { verifiable, without } = verifiedPairs(forecast, truth)
  const { starts, leads, grid, calendar } = forecast
  if (verifiable.length === 0) throw new DataError(`verify: ${noTimeInCommon(forecast, truth)}`)
  const spectrumStride = strideOf(verifiable.length, options.spectrumStarts ?? 60)
  const bandStride = strideOf(verifiable.length, options.bandStarts ?? 120)
  const weights = rowWeights(grid)
  const columns = grid.longitudes.length
  const setting: TallySetting = {
    starts: verifiable.length,
    leads: Array.from(leads),
    variables: forecast.variables.length,
    grid,
    geometry: {
      weights: Float64Array.from({ length: cellCount(grid) }, (_, cell) => weights[Math.floor(cell / columns)]!),
      pairs: nearbyPairs(weights, columns, grid.isPeriodic),
    },
    events: quantiles?.events ?? [],
  }
  const systems = [forecast, ...baselines].map((source) => systemTally(source, setting))
  const seasonal = seasonalFields(climatology, calendar)
  const random = randomStream(seed).fold("verify")
  const pairs = { verified: 0, withoutTruth: leads.length * without.length, withoutForecast: 0 }
  const unverified = without.map((start) => starts[start]!)
  for (const [s, { start, truths }] of verifiable.entries()) {
    if (signal?.aborted === true) break
    const hours = starts[start]!
    const toScore: StartToScore = {
      index: s,
      hours,
      truth,
      truths,
      numbers,
      fieldsAt: (lead) => ({
        climatology: seasonal(hours + leads[lead]!).mean,
        thresholds: quantiles?.at(hours + leads[lead]!, calendar) ?? [],
      }),
      ties: random.fold("ties").fold(s),
      withSpectrum: s % spectrumStride === 0,
      withBands: s % bandStride === 0,
    }
    const verified = await scoreStart(systems, start, toScore)
    const known = truths.filter((t) => t >= 0).length
    pairs.verified += verified
    pairs.withoutForecast += known - verified
    pairs.withoutTruth += leads.length - known
    if (verified === 0) unverified.push(hours)
    onStart?.(s + 1, verifiable.length)
  }
  const resampler = resamplers(
    verifiable.map(({ start }) => starts[start]!),
    { blockDays, resamples, seed },
  )
  const scored = verifiable.map(({ start }) => starts[start]!).filter((_, s) => systems[0]!.wasScored(s))
  return {
    format: "scalewise-verification-1",
    forecast: forecast.name,
    leads: Array.from(leads),
    starts: {
      verified: scored.length,
      pairs: pairs.verified,
      withoutTruth: pairs.withoutTruth,
      withoutForecast: pairs.withoutForecast,
      first: scored.length > 0 ? formatDate(scored[0]!, calendar) : null,
      last: scored.length > 0 ? formatDate(scored.at(-1)!, calendar) : null,
      unverified: Array.from(unverified)
        .sort((a, b) => a - b)
        .map((hours) => formatDate(hours, calendar)),
    },
    calendar,
    grid: { latitudes: Array.from(grid.latitudes), longitudes: Array.from(grid.longitudes), isPeriodic: grid.isPeriodic },
    training,
    settings: { seed, blockDays, resamples, spectrumStride, bandStride },
    notices: [...(options.notices ?? []), ...noticesOf(systems, signal?.aborted === true)],
    variables: forecast.variables.map(({ name, units }, v) => ({
      name,
      units,
      systems: systems.map((system, i) => system.scores(v, { isBaseline: i > 0, resampler })),
      comparisons: systems
        .slice(1)
        .flatMap((reference) => compareSystems(systems[0]!.tallies(v), reference.tallies(v), setting.leads, resampler)),
      biasMaps: systems[0]!
        .tallies(v)
        .leads.map(({ biasSum, biasCount }) => Array.from(biasSum, (sum, cell) => finite(sum / biasCount[cell]!))),
    })),
  }
}

/** Scores one start of all systems on the cells that the forecast has; says how many leads of the forecast could be scored. */
async function scoreStart(systems: readonly SystemTally[], start: number, toScore: StartToScore): Promise<number> {
  const [forecast, ...baselines] = systems
  const usable = await forecast!.add(start, toScore)
  for (const baseline of baselines) await baseline.add(start, toScore, usable)
  return usable.filter((cells) => cells.some((ofVariable) => ofVariable.includes(1))).length
}

function checkBaseline(baseline: ForecastSource, { starts, leads, variables }: ForecastSource): void {
  const agrees = (a: Float64Array, b: Float64Array): boolean =>
    a.length === b.length && a.every((value, i) => Math.abs(value - b[i]!) < 1e-6)
  if (!agrees(baseline.starts, starts) || !agrees(baseline.leads, leads) || baseline.variables.length !== variables.length)
    throw new ConfigError(
      `verify: expected baseline ${baseline.name} with the starts, leads and variables of the forecast, got others; build it for this forecast`,
    )
}

/** Every how many starts one is taken so that there are at most so many. */
const strideOf = (starts: number, most: number): number => Math.max(1, Math.ceil(starts / most))

/** One resampler for each number of cases, from blocks of so many days: systems and scores share their blocks. */
function resamplers(
  starts: readonly number[],
  { blockDays, resamples, seed }: { readonly blockDays: number; readonly resamples: number; readonly seed: number },
): (cases: number) => BlockResampler {
  const steps = starts.slice(1).map((hours, i) => hours - starts[i]!)
  const spacing = steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 24
  const blockLength = Math.ceil((blockDays * 24) / spacing)
  const known = new Map<number, BlockResampler>()
  return (cases) => {
    const found = known.get(cases) ?? blockResampler(cases, { blockLength, resamples, random: randomStream(seed).fold("bootstrap") })
    known.set(cases, found)
    return found
  }
}

function noTimeInCommon({ name, starts, leads, calendar }: ForecastSource, { time }: FieldSeries): string {
  const span = (from: number, to: number): string => `${formatDate(from, calendar)} to ${formatDate(to, calendar)}`
  return (
    `expected truth at valid times of ${name}, ${span(starts[0]! + leads[0]!, starts.at(-1)! + leads.at(-1)!)}, ` +
    `found truth of ${span(time.hours[0]!, time.hours.at(-1)!)}; give the truth of the forecast's dates and hours`
  )
}

function noticesOf(systems: readonly SystemTally[], isStopped: boolean): string[] {
  const notices = systems
    .filter(({ source: { members } }) => members < 2)
    .map(({ source: { name } }) => `${name} has one member: fair CRPS is undefined for it, and its CRPS is the absolute error.`)
  for (const system of systems) {
    const { truth, forecast } = system.missing()
    if (system === systems[0] && truth > 0) notices.push(`${truth} cells were left out because the truth is missing there.`)
    if (forecast > 0) notices.push(`${system.source.name}: ${forecast} cells were left out because its forecast is missing there.`)
  }
  if (isStopped) notices.push("Stopped before the last start: scores are of the starts before.")
  return notices
}
