import { ConfigError } from "@scalewise/nn"
import { baseRate, type EventTable } from "./event-table.ts"

/** Options of `economicValue`. */
export interface EconomicValueOptions {
  /** Ratios of the cost of protection to the loss that it averts, in (0, 1). @defaultValue 50 ratios from 0.005 to 1, geometric, less the last */
  readonly ratios?: readonly number[]
  /**
   * Number of members with the event from which a user of each ratio acts, e.g. `bestThresholds` of validation forecasts. Thresholds chosen on the
   * forecasts that are judged make the value too good. @defaultValue whoever has cost-loss ratio r acts once k / M >= r, which is right for calibrated forecasts
   */
  readonly thresholds?: readonly number[]
}

/**
 * Relative economic value for each cost-loss ratio: what share of the expense that perfect forecasts would spare, against the better
 * of always and never protecting, the forecasts spare (Richardson 2000, doi:10.1002/qj.49712656313); 1 is perfect, below 0 harmful.
 *
 * @throws ConfigError where thresholds and ratios differ in number
 */
export function economicValue(table: EventTable, { ratios = costLossRatios, thresholds }: EconomicValueOptions = {}): number[] {
  if (thresholds && thresholds.length !== ratios.length)
    throw new ConfigError(`economicValue: expected one threshold for each of ${ratios.length} ratios, got ${thresholds.length}`)
  const members = table.forecasts.length - 1
  return ratios.map((ratio, i) => valueAt(table, ratio, thresholds?.[i] ?? Math.ceil(ratio * members - 1e-9)))
}

/** For each ratio the number of members as threshold that spares most in this table, which must be one of validation forecasts. */
export function bestThresholds(table: EventTable, ratios: readonly number[] = costLossRatios): number[] {
  const choices = Array.from({ length: table.forecasts.length + 1 }, (_, k) => k)
  return ratios.map((ratio) => {
    const values = choices.map((threshold) => valueAt(table, ratio, threshold))
    return values.reduce((best, value, threshold) => (value > values[best]! ? threshold : best), 0)
  })
}

/** The ratios that `economicValue` takes without others. */
export const costLossRatios: readonly number[] = Array.from({ length: 49 }, (_, i) => 0.005 * 200 ** (i / 49))

function valueAt(table: EventTable, ratio: number, threshold: number): number {
  const rate = baseRate(table)
  let [total, hits, falseAlarms, misses] = [0, 0, 0, 0]
  for (let k = 0; k < table.forecasts.length; k++) {
    const [weight, observed] = [table.forecasts[k]!, table.observed[k]!]
    total += weight
    if (k < threshold) misses += observed
    else {
      hits += observed
      falseAlarms += weight - observed
    }
  }
  const climatology = Math.min(ratio, rate)
  const perfect = rate * ratio
  const forecast = (ratio * (hits + falseAlarms) + misses) / total
  return climatology === perfect ? NaN : (climatology - forecast) / (climatology - perfect)
}
