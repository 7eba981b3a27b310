import { ShapeError } from "@scalewise/nn"
import type { Calendar } from "../calendar/calendar.ts"
import {
  alwaysMissing,
  climatologyOf,
  fitClimatology,
  isComplete,
  type HarmonicClimatology,
  type HarmonicCoefficients,
  type HarmonicOptions,
} from "../climatology/harmonic-climatology.ts"
import type { FieldSeries } from "../data/field-series.ts"
import { cellCount } from "../grid/lat-lon-grid.ts"

// T times, V variables, N = V H W numbers of a state

/** What a state is measured in: one deviation for all cells of a variable, one for each cell, or for each cell through the year. */
export type DeviationName = "variable" | "cell" | "season"

/** How states become numbers of about unit size: less the climatology, divided by a deviation; all of it learned on training years. */
export interface StateScaling {
  /** V. */
  readonly variables: number
  readonly climatology: HarmonicCoefficients
  /** What each number is divided by, [V, H, W]; undefined where it is the climatology's own, which changes through the year. */
  readonly deviation: Float32Array | undefined
  /** Standardised extremes in training, [V, H, W]. */
  readonly lowest: Float32Array
  readonly highest: Float32Array
}

/** Options of `fitScaling`. */
export interface FitScalingOptions extends HarmonicOptions {
  /** @defaultValue "season" */
  readonly deviation?: DeviationName
}

/** Learns the scaling from some times of a series. */
export function fitScaling(series: FieldSeries, options: FitScalingOptions = {}): StateScaling {
  const times = options.times ?? Array.from(series.time.hours.keys())
  const climatology = fitClimatology(series, { ...options, times })
  const { variables, time, values, grid } = series
  const size = variables.length * cellCount(grid)
  const dead = alwaysMissing(values, size, times)
  const whole = times.filter((t) => isComplete(values, size, t, dead))
  const { deviation: kind = "season" } = options
  const deviation = kind === "season" ? undefined : fixedDeviation(series, climatology, whole, kind, dead)
  const scaling = { variables: variables.length, climatology: climatology.coefficients, deviation }
  const at = unitsOf(scaling, time.calendar)
  const lowest = new Float32Array(size).fill(Number.POSITIVE_INFINITY)
  const highest = new Float32Array(size).fill(Number.NEGATIVE_INFINITY)
  for (const t of whole) {
    const { mean, deviation: unit } = at(time.hours[t]!)
    for (let n = 0; n < size; n++) {
      const value = dead[n] ? 0 : (values[t * size + n]! - mean[n]!) / unit[n]!
      lowest[n] = Math.min(lowest[n]!, value)
      highest[n] = Math.max(highest[n]!, value)
    }
  }
  return { ...scaling, lowest, highest }
}

/** Root mean square anomaly of each cell, or of each variable over its cells. */
function fixedDeviation(
  { variables, time, values, grid }: FieldSeries,
  climatology: HarmonicClimatology,
  whole: readonly number[],
  kind: "variable" | "cell",
  dead: Uint8Array,
): Float32Array {
  const cells = cellCount(grid)
  const size = variables.length * cells
  const squares = new Float64Array(size)
  for (const t of whole) {
    const mean = climatology.mean(time.hours[t]!, time.calendar)
    for (let n = 0; n < size; n++) if (!dead[n]) squares[n]! += (values[t * size + n]! - mean[n]!) ** 2 / whole.length
  }
  if (kind === "variable")
    for (let v = 0; v < variables.length; v++) {
      const live = Array.from({ length: cells }, (_, cell) => v * cells + cell).filter((n) => !dead[n])
      const mean = live.reduce((sum, n) => sum + squares[n]!, 0) / Math.max(live.length, 1)
      squares.fill(mean, v * cells, (v + 1) * cells)
    }
  return Float32Array.from(squares, (square) => (square > 0 ? Math.sqrt(square) : 1)) // 1 for a cell that never changes
}

/** What states of a time are measured by, [V, H, W] each. */
export function unitsOf(
  { climatology, deviation }: Pick<StateScaling, "climatology" | "deviation">,
  calendar: Calendar,
): (hours: number) => { readonly mean: Float32Array; readonly deviation: Float32Array } {
  const { mean, deviation: seasonal } = climatologyOf(climatology)
  return (hours) => ({
    mean: mean(hours, calendar),
    deviation: deviation ?? seasonal(hours, calendar).map((value) => (value > 0 ? value : 1)),
  })
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
  if (scaling.lowest.length !== size)
    throw new ShapeError(`standardise: expected states of ${scaling.lowest.length} numbers, as in training, got ${size}`)
  const at = unitsOf(scaling, time.calendar)
  const dead = Uint8Array.from({ length: size }, (_, n) => Number(Number.isNaN(scaling.climatology.mean[n]!)))
  const result = new Float32Array(values.length)
  const complete = new Uint8Array(time.hours.length)
  for (const [t, hours] of time.hours.entries()) {
    complete[t] = Number(isComplete(values, size, t, dead))
    const { mean, deviation } = at(hours)
    for (let v = 0; v < count; v++)
      for (let cell = 0; cell < cells; cell++) {
        const n = v * cells + cell
        result[t * size + cell * count + v] = dead[n] ? 0 : (values[t * size + n]! - mean[n]!) / deviation[n]!
      }
  }
  return { values: result, complete }
}

/**
 * Writes the fields [V, H, W] of a standardised state [H, W, V] to `into`, from `at` on; NaN where nothing ever is known.
 *
 * @param units - of the time at which the state is valid: see `unitsOf`
 */
export function restoreState(
  state: Float32Array,
  variables: number,
  { mean, deviation }: { readonly mean: Float32Array; readonly deviation: Float32Array },
  into: Float32Array,
  at = 0,
): void {
  const size = mean.length
  if (state.length !== size) throw new ShapeError(`restoreState: expected ${size} numbers, got ${state.length}`)
  const cells = size / variables
  for (let v = 0; v < variables; v++)
    for (let cell = 0; cell < cells; cell++) {
      const n = v * cells + cell
      into[at + n] = mean[n]! + deviation[n]! * state[cell * variables + v]!
    }
}
