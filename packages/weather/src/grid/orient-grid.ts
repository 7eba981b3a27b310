import { DataError } from "@scalewise/nn/errors"
import type { LatLonGrid } from "./lat-lon-grid.ts"

/** How the rows and columns of a file become those of a grid from north to south and eastward. */
export interface GridOrder {
  readonly grid: LatLonGrid
  /** The file's row of each row of the grid; [H]. */
  readonly rows: Int32Array
  /** The file's column of each column of the grid; [W]. */
  readonly columns: Int32Array
  readonly notices: readonly string[]
}

/**
 * Orders the axes of a file: rows from north to south; columns eastward without a jump, so that a region across the greenwich
 * meridian or the date line is one piece; a column that repeats the first one (0 and 360) left out.
 *
 * @param latitudes - degrees, as the file has them
 * @param longitudes - degrees, as the file has them
 * @throws DataError for axes that no grid has: not monotonic, repeated or out of range
 */
export function orientGrid(latitudes: ArrayLike<number>, longitudes: ArrayLike<number>): GridOrder {
  const lat = Float64Array.from(latitudes)
  const rows = Int32Array.from(lat.keys())
  if (lat.length > 1 && lat[1]! > lat[0]!) rows.reverse()
  const descending = Float64Array.from(rows, (row) => lat[row]!)
  if (!descending.every((value, row) => Math.abs(value) <= 90.000_1 && (row === 0 || value < descending[row - 1]!))) {
    throw new DataError(
      `latitudes: expected degrees from -90 to 90 that rise or fall, got ${brief(lat)}; the rows of a grid must be in order`,
    )
  }
  const { columns, longitudes: eastward, isPeriodic, notices } = orderColumns(Float64Array.from(longitudes))
  return { grid: { latitudes: descending, longitudes: eastward, isPeriodic }, rows, columns, notices }
}

/** Degrees from one meridian to another, -180 to 180. */
const eastwardStep = (from: number, to: number): number => ((((to - from) % 360) + 540) % 360) - 180

function orderColumns(longitudes: Float64Array): {
  columns: Int32Array
  longitudes: Float64Array
  isPeriodic: boolean
  notices: string[]
} {
  const notices: string[] = []
  let columns = [...longitudes.keys()]
  const rising = columns.slice(1).filter((i) => eastwardStep(longitudes[i - 1]!, longitudes[i]!) > 0).length
  if (2 * rising < longitudes.length - 1) columns.reverse()

  // Steps eastward from each column to the next, the last one back to the first.
  const stepAfter = (i: number): number => {
    const step = eastwardStep(longitudes[columns[i]!]!, longitudes[columns[(i + 1) % columns.length]!]!)
    return step > 0 ? step : step + 360
  }
  const closing = columns.length > 2 ? Math.abs(eastwardStep(longitudes[columns.at(-1)!]!, longitudes[columns[0]!]!)) : 360
  if (closing < 1e-3) {
    columns = columns.slice(0, -1)
    notices.push("its last column repeats the first one and is left out")
  }
  const steps = columns.map((_, i) => stepAfter(i))
  if (!longitudes.every(Number.isFinite) || (columns.length > 1 && Math.abs(steps.reduce((sum, step) => sum + step, 0) - 360) > 1e-3)) {
    throw new DataError(
      `longitudes: expected degrees that go round once at most, in order, got ${brief(longitudes)}; the columns of a grid must be in order`,
    )
  }
  // The region begins after the widest gap, which lies inside where a file is cut at another meridian than the region.
  const typical = [...steps].sort((a, b) => a - b)[Math.floor(steps.length / 2)]!
  const widest = steps.indexOf(Math.max(...steps))
  if (columns.length > 2 && widest !== columns.length - 1 && steps[widest]! > 1.5 * typical && steps.at(-1)! < 1.5 * typical) {
    columns = [...columns.slice(widest + 1), ...columns.slice(0, widest + 1)]
    notices.push("its region lies across the meridian where the file is cut: the columns are put together again")
  }
  const unrolled = new Float64Array(columns.length)
  for (let i = 0; i < columns.length; i++) unrolled[i] = i === 0 ? longitudes[columns[0]!]! : unrolled[i - 1]! + stepAfter(i - 1)
  // A region that a roll has begun near 360 is named from the west: -15 to 15 rather than 345 to 375.
  if (unrolled[0]! >= 180 && unrolled.at(-1)! >= 360) for (let i = 0; i < unrolled.length; i++) unrolled[i] = unrolled[i]! - 360
  const isPeriodic = columns.length > 2 && Math.abs(stepAfter(columns.length - 1) - typical) < 0.02 * typical
  return { columns: Int32Array.from(columns), longitudes: unrolled, isPeriodic, notices }
}

const brief = (values: Float64Array): string =>
  values.length <= 6 ? `[${values.join(", ")}]` : `[${[...values.subarray(0, 3)].join(", ")}, ..., ${[...values.subarray(-2)].join(", ")}]`
