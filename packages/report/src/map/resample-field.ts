import { fractionalIndex, type MapGrid } from "./map-grid.ts"
import type { MapRendering, MapWindow } from "./map-window.ts"

/** Values at the middles of equal boxes that fill a window. */
export interface ResampledField {
  readonly width: number
  readonly height: number
  /** [height, width], NaN where data is missing. */
  readonly values: Float64Array
}

/**
 * Brings a field [H, W] to `width` x `height` boxes of a window: by cubic convolution between points (Catmull-Rom, so
 * that the points keep their values), or the nearest point for cells. Near missing values the nearest point is taken.
 */
export function resampleField(
  field: ArrayLike<number>,
  grid: MapGrid,
  { window, width, height, rendering }: { window: MapWindow; width: number; height: number; rendering: MapRendering },
): ResampledField {
  const { latitudes, longitudes, isPeriodic = false } = grid
  const [rows, columns] = [latitudes.length, longitudes.length]
  if (field.length !== rows * columns) throw new RangeError(`map: expected ${rows} x ${columns} values, got ${field.length}`)
  const southward = Float64Array.from(latitudes, (latitude) => -latitude)
  const first = longitudes[0]!
  const eastward = Float64Array.from([...Array.from(longitudes), ...(isPeriodic ? [first + 360] : [])])
  const atRow = Float64Array.from({ length: height }, (_, y) =>
    fractionalIndex(southward, -(window.north - ((y + 0.5) / height) * (window.north - window.south))),
  )
  const atColumn = Float64Array.from({ length: width }, (_, x) => {
    const longitude = window.west + ((x + 0.5) / width) * (window.east - window.west)
    return fractionalIndex(eastward, isPeriodic ? first + modulo(longitude - first, 360) : longitude)
  })
  const column = (index: number): number => (isPeriodic ? modulo(index, columns) : Math.min(columns - 1, Math.max(0, index)))
  const row = (index: number): number => Math.min(rows - 1, Math.max(0, index))

  // What a column of boxes needs is the same in every row.
  const across = Array.from(atColumn, (c) => {
    const left = Math.floor(c)
    return { nearest: column(Math.round(c)), four: [-1, 0, 1, 2].map((step) => column(left + step)), weights: cubicWeights(c - left) }
  })

  const values = new Float64Array(width * height)
  for (let y = 0; y < height; y++) {
    const r = atRow[y]!
    const top = Math.floor(r)
    const nearestRow = row(Math.round(r)) * columns
    const fourRows = [-1, 0, 1, 2].map((step) => row(top + step) * columns)
    const down = cubicWeights(r - top)
    for (let x = 0; x < width; x++) {
      const { nearest, four, weights } = across[x]!
      const value = field[nearestRow + nearest]!
      let sum = NaN
      if (rendering === "smooth" && Number.isFinite(value)) {
        sum = 0
        for (let i = 0; i < 4; i++) for (let j = 0; j < 4; j++) sum += down[i]! * weights[j]! * field[fourRows[i]! + four[j]!]!
      }
      values[y * width + x] = Number.isFinite(sum) ? sum : value
    }
  }
  return { width, height, values }
}

/** Catmull-Rom weights of four neighbours for a place `t` between the second and the third (Keys 1981 with a = -1/2). */
function cubicWeights(t: number): readonly [number, number, number, number] {
  const [t2, t3] = [t * t, t * t * t]
  return [(-t3 + 2 * t2 - t) / 2, (3 * t3 - 5 * t2 + 2) / 2, (-3 * t3 + 4 * t2 + t) / 2, (t3 - t2) / 2]
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by
