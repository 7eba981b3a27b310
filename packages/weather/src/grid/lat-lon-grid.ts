/**
 * A regular latitude-longitude grid, as all fields of this package lie on it: rows from north to south, columns
 * eastward. Readers turn files to this order.
 */
export interface LatLonGrid {
  /** Degrees north of the rows, descending; [H]. They need not be evenly spaced (Gaussian grids). */
  readonly latitudes: Float64Array
  /** Degrees east of the columns, ascending without a jump (so they may pass 180 or 360); [W]. */
  readonly longitudes: Float64Array
  /** Whether the columns go round the globe: the first is the eastern neighbour of the last. */
  readonly isPeriodic: boolean
}

const radians = Math.PI / 180

/**
 * The share of the sphere that a cell of each row stands for, scaled to mean 1; [H]. Bounds lie half-way between
 * rows (sin of the upper less sin of the lower, as in WeatherBench2), and half a spacing beyond the outer rows or at
 * the pole, whichever is nearer: a regional grid does not reach to the pole.
 */
export function rowWeights({ latitudes }: LatLonGrid): Float64Array {
  const rows = latitudes.length
  const at = (row: number): number => latitudes[row]!
  const clipped = (latitude: number): number => Math.min(90, Math.max(-90, latitude))
  const bound = (row: number): number => {
    if (rows === 1) return clipped(at(0) + (row === 0 ? 0.5 : -0.5))
    if (row === 0) return clipped(at(0) + (at(0) - at(1)) / 2)
    if (row === rows) return clipped(at(rows - 1) - (at(rows - 2) - at(rows - 1)) / 2)
    return (at(row - 1) + at(row)) / 2
  }
  const weights = Float64Array.from(latitudes, (_, row) => Math.sin(bound(row) * radians) - Math.sin(bound(row + 1) * radians))
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / rows
  return weights.map((weight) => weight / mean)
}

/** Number of cells, H x W. */
export const cellCount = ({ latitudes, longitudes }: LatLonGrid): number => latitudes.length * longitudes.length
