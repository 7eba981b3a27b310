import type { LatLonGrid } from "../grid/lat-lon-grid.ts"
import type { TimeAxis } from "./time-axis.ts"

/** One variable of a series or a forecast. */
export interface FieldVariable {
  /** What users select it by, e.g. "slp" or "z@500". */
  readonly name: string
  /** As decoded, e.g. "hPa"; "1" where there are none. */
  readonly units: string
  readonly standardName?: string
  readonly longName?: string
}

/** Decoded states in memory. */
export interface FieldSeries {
  readonly variables: readonly FieldVariable[]
  readonly grid: LatLonGrid
  readonly time: TimeAxis
  /** [T, V, H, W]; NaN where data is missing. */
  readonly values: Float32Array
}
