import { ShapeError } from "@scalewise/nn"
import {
  alwaysMissing,
  climatologyOf,
  fitClimatology,
  isComplete,
  type HarmonicCoefficients,
  type HarmonicOptions,
} from "../climatology/harmonic-climatology.ts"
import type { FieldSeries } from "../data/field-series.ts"
import { cellCount } from "../grid/lat-lon-grid.ts"

// T times, V variables, N = V H W numbers of a state

/** How states become numbers of about unit size: less the climatology, divided by a deviation; all of it learned on training years. */
export interface StateScaling {
  /** V. */
  readonly variables: number
  readonly climatology: HarmonicCoefficients
  /** What each number is divided by, [V, H, W]. */
  readonly deviation: Float32Array
  /** Standardised extremes in training, [V, H, W]. */
  readonly lowest: Float32Array
  readonly highest: Float32Array
}

/** Options of `fitScaling`. */
export interface FitScalingOptions extends HarmonicOptions {
  /** One deviation for all cells of a variable, or one for each cell. @defaultValue "variable" */
  readonly deviation?: "variable" | "cell"
}

/** Learns the scaling from some times of a series. */
export function fitScaling(series: FieldSeries, options: FitScalingOptions = {}): StateScaling {
  const times = options.times ?? Array.from(series.time.hours.keys())
  const climatology = fitClimatology(series, { ...options, times })
  const { variables, time, values, grid } = series
  const cells = cellCount(grid)
  const size = variables.length * cells
  const dead = alwaysMissing(values, size, times)
  const squares = new Float64Array(size)
  const lowest = new Float32Array(size).fill(Number.POSITIVE_INFINITY)
  const highest = new Float32Array(size).fill(Number.NEGATIVE_INFINITY)
  let count = 0
  for (const t of times) {
    if (!isComplete(values, size, t, dead)) continue
    const mean = climatology.mean(time.hours[t]!, time.calendar)
    for (let n = 0; n < size; n++) {
      const anomaly = dead[n] ? 0 : values[t * size + n]! - mean[n]!
      squares[n]! += anomaly ** 2
      lowest[n] = Math.min(lowest[n]!, anomaly)
      highest[n] = Math.max(highest[n]!, anomaly)
    }
    count++
  }
  const deviation = Float32Array.from(squares, (sum) => Math.sqrt(sum / Math.max(count, 1)))
  if (options.deviation !== "cell")
    for (let v = 0; v < variables.length; v++) {
      let sum = 0
      let live = 0
      for (let n = v * cells; n < (v + 1) * cells; n++)
        if (!dead[n]) {
          sum += squares[n]! / Math.max(count, 1)
          live++
        }
      deviation.fill(Math.sqrt(sum / Math.max(live, 1)), v * cells, (v + 1) * cells)
    }
  const safe = deviation.map((value) => (value > 0 ? value : 1)) // a cell that never changes
  return {
    variables: variables.length,
    climatology: climatology.coefficients,
    deviation: safe,
    lowest: lowest.map((value, n) => value / safe[n]!),
    highest: highest.map((value, n) => value / safe[n]!),
  }
}

/** Standardised states. */
export interface StandardisedStates {
  /** [T, H, W, V]; 0 where nothing ever is known. */
  readonly values: Float32Array
  /** 1 for the states that are whole; [T]. */
  readonly complete: Uint8Array
}

/** Standardises all states of a series. */
export function standardise({ values, time, variables, grid }: FieldSeries, scaling: StateScaling): StandardisedStates {
  const cells = cellCount(grid)
  const count = variables.length
  const size = count * cells
  if (scaling.deviation.length !== size)
    throw new ShapeError(`standardise: expected states of ${scaling.deviation.length} numbers, as in training, got ${size}`)
  const climatology = climatologyOf(scaling.climatology)
  const dead = Uint8Array.from({ length: size }, (_, n) => Number(Number.isNaN(scaling.climatology.mean[n]!)))
  const result = new Float32Array(values.length)
  const complete = new Uint8Array(time.hours.length)
  for (const [t, hours] of time.hours.entries()) {
    complete[t] = Number(isComplete(values, size, t, dead))
    const mean = climatology.mean(hours, time.calendar)
    for (let v = 0; v < count; v++)
      for (let cell = 0; cell < cells; cell++) {
        const n = v * cells + cell
        result[t * size + cell * count + v] = dead[n] ? 0 : (values[t * size + n]! - mean[n]!) / scaling.deviation[n]!
      }
  }
  return { values: result, complete }
}

/**
 * Writes the fields [V, H, W] of a standardised state [H, W, V] to `into`, from `at` on; NaN where nothing ever is known.
 *
 * @param mean - the climatology's at the time that the state is valid, [V, H, W]
 */
export function restoreState(
  state: Float32Array,
  { variables, deviation }: StateScaling,
  mean: Float32Array,
  into: Float32Array,
  at = 0,
): void {
  const size = deviation.length
  if (state.length !== size) throw new ShapeError(`restoreState: expected ${size} numbers, got ${state.length}`)
  const cells = size / variables
  for (let v = 0; v < variables; v++)
    for (let cell = 0; cell < cells; cell++) {
      const n = v * cells + cell
      into[at + n] = mean[n]! + deviation[n]! * state[cell * variables + v]!
    }
}
