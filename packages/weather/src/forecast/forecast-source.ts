import type { Calendar } from "../calendar/calendar.ts"
import type { FieldVariable } from "../data/field-series.ts"
import type { LatLonGrid } from "../grid/lat-lon-grid.ts"

/**
 * Ensemble forecasts that can be read start by start: a file, a model or a baseline. What verification takes.
 */
export interface ForecastSource {
  /** What reports call it. */
  readonly name: string
  readonly variables: readonly FieldVariable[]
  readonly grid: LatLonGrid
  readonly calendar: Calendar
  /** Hours since 1970-01-01 00:00 of the calendar, ascending; [S]. */
  readonly starts: Float64Array
  /** Hours after the start, ascending; [L]. */
  readonly leads: Float64Array
  /** M. */
  readonly members: number
  /** All fields of start number `start` of `starts`, [L, M, V, H, W]; NaN where nothing was written. */
  read(start: number): Promise<Float32Array>
}
