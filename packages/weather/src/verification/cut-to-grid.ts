import type { FieldSeries } from "../data/field-series.ts"
import type { LatLonGrid } from "../grid/lat-lon-grid.ts"

/**
 * The part of a series that lies on a smaller grid, where all of that grid's rows and columns are among the series' own (longitudes may be
 * a whole turn apart); the series itself where it has that grid, or where it does not contain it.
 */
export function cutToGrid(series: FieldSeries, grid: LatLonGrid): FieldSeries {
  const { latitudes, longitudes } = series.grid
  const rows = placesOf(grid.latitudes, latitudes, (difference) => difference)
  const columns = placesOf(grid.longitudes, longitudes, (difference) => difference - 360 * Math.round(difference / 360))
  const isWhole = rows.length === latitudes.length && columns.length === longitudes.length && columns.every((column, i) => column === i)
  if (isWhole || [...rows, ...columns].includes(-1)) return series
  const states = series.time.hours.length * series.variables.length
  const values = new Float32Array(states * rows.length * columns.length)
  let at = 0
  for (let state = 0; state < states; state++)
    for (const row of rows)
      for (const column of columns) values[at++] = series.values[(state * latitudes.length + row) * longitudes.length + column]!
  return { ...series, grid, values }
}

/** Where each of the wanted degrees is among the found ones; -1 for nowhere. */
const placesOf = (wanted: Float64Array, found: Float64Array, apart: (difference: number) => number): number[] =>
  Array.from(wanted, (degrees) => found.findIndex((other) => Math.abs(apart(other - degrees)) < 1e-3))
