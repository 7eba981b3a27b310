import { dateAt, type Calendar } from "../calendar/calendar.ts"
import type { FieldSeries } from "../data/field-series.ts"
import { percentile } from "./block-bootstrap.ts"

/** An event: the value lies beyond the quantile of its cell and season. */
export interface QuantileEvent {
  /** In (0, 1). */
  readonly quantile: number
  readonly side: "above" | "below"
}

/** Thresholds of events, learned from training states alone. */
export interface TrainingQuantiles {
  readonly events: readonly QuantileEvent[]
  /** For each event the thresholds in the season of a time, [V, H, W]; NaN where there are too few states to tell. */
  at(hours: number, calendar: Calendar): readonly Float32Array[]
}

/** Above the 90, 95 and 99 % quantile and below the 10, 5 and 1 % quantile. */
export const defaultEvents: readonly QuantileEvent[] = [
  { quantile: 0.9, side: "above" },
  { quantile: 0.95, side: "above" },
  { quantile: 0.99, side: "above" },
  { quantile: 0.1, side: "below" },
  { quantile: 0.05, side: "below" },
  { quantile: 0.01, side: "below" },
]

/** "above 95 %". */
export const eventName = ({ quantile, side }: QuantileEvent): string => `${side} ${Number((100 * quantile).toPrecision(6))} %`

/**
 * Quantiles of every cell in each season (December to February and so on), with straight lines between neighbours in order. A
 * quantile of one in n needs at least n states of that cell and season.
 *
 * @param times - numbers of the training states
 */
export function trainingQuantiles(
  { values, time }: FieldSeries,
  times: readonly number[],
  events: readonly QuantileEvent[] = defaultEvents,
): TrainingQuantiles {
  const size = values.length / time.hours.length
  const bySeason: number[][] = [[], [], [], []]
  for (const t of times) bySeason[seasonOf(time.hours[t]!, time.calendar)]!.push(t)
  const thresholds = bySeason.map((season) => quantilesOf(values, size, season, events))
  return { events, at: (hours, calendar) => thresholds[seasonOf(hours, calendar)]! }
}

function quantilesOf(values: Float32Array, size: number, times: readonly number[], events: readonly QuantileEvent[]): Float32Array[] {
  const thresholds = events.map(() => new Float32Array(size).fill(Number.NaN))
  const found = new Float32Array(times.length)
  for (let n = 0; n < size; n++) {
    let count = 0
    for (const t of times) {
      const value = values[t * size + n]!
      if (Number.isFinite(value)) found[count++] = value
    }
    const sorted = found.subarray(0, count).sort()
    for (const [e, { quantile }] of events.entries())
      if (count * Math.min(quantile, 1 - quantile) >= 1 - 1e-9) thresholds[e]![n] = percentile(sorted, quantile)
  }
  return thresholds
}

const seasonOf = (hours: number, calendar: Calendar): number => Math.floor((dateAt(hours, calendar).month % 12) / 3)
