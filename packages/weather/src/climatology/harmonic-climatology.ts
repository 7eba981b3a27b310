import { DataError } from "@scalewise/nn"
import { CholeskyDecomposition, Matrix } from "ml-matrix"
import { dateAt, yearFraction, type Calendar } from "../calendar/calendar.ts"
import type { FieldSeries } from "../data/field-series.ts"

// T times, P basis functions, N = V H W numbers of a state

/** Which harmonics a climatology has. */
export interface HarmonicOptions {
  /** Harmonics of the year. @defaultValue 3 */
  readonly annual?: number
  /** Harmonics of the day, each also modulated by the first of the year. @defaultValue 2 where steps are shorter than a day, else 0 */
  readonly diurnal?: number
  /** Numbers of the times to fit it to. @defaultValue all */
  readonly times?: readonly number[]
}

/** A climatology as plain numbers, for checkpoints. */
export interface HarmonicCoefficients {
  readonly annual: number
  readonly diurnal: number
  /** Of the mean, [P, N] row-major. */
  readonly mean: Float32Array
  /** Of the variance around it: constant and first annual harmonic, [3, N]. */
  readonly variance: Float32Array
}

/** Mean and spread of each number of a state through the year and the day. */
export interface HarmonicClimatology {
  readonly coefficients: HarmonicCoefficients
  /** The mean state at a time, [V, H, W]. */
  mean(hours: number, calendar: Calendar): Float32Array
  /** The standard deviation around it, [V, H, W]. */
  deviation(hours: number, calendar: Calendar): Float32Array
}

/**
 * Least squares of every number of the state on harmonics of the year and the day, and of the squared remainders on the first harmonic
 * of the year. Times with any missing value are left out; numbers that are always missing stay NaN.
 *
 * @throws DataError where fewer complete states are left than the basis has functions
 */
export function fitClimatology({ values, time }: FieldSeries, options: HarmonicOptions = {}): HarmonicClimatology {
  const { annual = 3, diurnal = time.stepHours < 24 ? 2 : 0, times = Array.from(time.hours.keys()) } = options
  const size = values.length / time.hours.length
  const dead = alwaysMissing(values, size, times)
  const complete = times.filter((t) => isComplete(values, size, t, dead))
  const basisOf = (t: number): Float64Array => harmonics(time.hours[t]!, time.calendar, annual, diurnal)
  const rows = complete.map(basisOf)
  const functions = basisOf(0).length
  if (complete.length < 2 * functions)
    throw new DataError(
      `climatology: expected at least ${2 * functions} states without missing values to fit ${functions} harmonics, found ${complete.length} of ${times.length}; ` +
        "give more years, or choose variables without gaps",
    )
  const mean = leastSquares(rows, functions, size, (row, n) => values[complete[row]! * size + n]!)
  const seasonal = rows.map((row) => row.subarray(0, 3))
  const residual = new Float32Array(size)
  const variance = leastSquares(seasonal, 3, size, (row, n) => {
    if (n === 0) evaluate(mean, rows[row]!, residual)
    return (values[complete[row]! * size + n]! - residual[n]!) ** 2
  })
  for (let n = 0; n < size; n++) if (dead[n]) for (let p = 0; p < functions; p++) mean[p * size + n] = Number.NaN
  return climatologyOf({ annual, diurnal, mean, variance })
}

/** The climatology of given coefficients. */
export function climatologyOf(coefficients: HarmonicCoefficients): HarmonicClimatology {
  const { annual, diurnal, mean, variance } = coefficients
  const size = variance.length / 3
  return {
    coefficients,
    mean: (hours, calendar) => evaluate(mean, harmonics(hours, calendar, annual, diurnal), new Float32Array(size)),
    deviation: (hours, calendar) =>
      // A single harmonic may dip below zero where the season is sharp: a hundredth of the mean variance is the floor.
      evaluate(variance, harmonics(hours, calendar, 1, 0), new Float32Array(size)).map((value, n) =>
        Math.sqrt(Math.max(value, 0.01 * variance[n]!)),
      ),
  }
}

/** Which numbers of a state are missing at all of the times; [N], 1 for those. */
export function alwaysMissing(values: Float32Array, size: number, times: readonly number[]): Uint8Array {
  const dead = new Uint8Array(size).fill(1)
  for (const t of times) for (let n = 0; n < size; n++) if (!Number.isNaN(values[t * size + n]!)) dead[n] = 0
  return dead
}

/** Whether a state has every number but those that never are there. */
export function isComplete(values: Float32Array, size: number, t: number, dead: Uint8Array): boolean {
  for (let n = 0; n < size; n++) if (!dead[n] && !Number.isFinite(values[t * size + n]!)) return false
  return true
}

/** 1, cos and sin of each harmonic of the year, then of the day, the latter also times cos and sin of the year. */
function harmonics(hours: number, calendar: Calendar, annual: number, diurnal: number): Float64Array {
  const year = 2 * Math.PI * yearFraction(hours, calendar)
  const values = [1]
  for (let k = 1; k <= annual; k++) values.push(Math.cos(k * year), Math.sin(k * year))
  if (diurnal > 0) {
    const { hour, minute } = dateAt(hours, calendar)
    const day = (2 * Math.PI * (hour + minute / 60)) / 24
    for (let k = 1; k <= diurnal; k++)
      for (const wave of [Math.cos(k * day), Math.sin(k * day)]) values.push(wave, wave * Math.cos(year), wave * Math.sin(year))
  }
  return Float64Array.from(values)
}

/** Coefficients [P, N] of `target(row, n)`; with a little ridge, since harmonics of a 12-hourly day are not all independent. */
function leastSquares(
  rows: readonly Float64Array[],
  functions: number,
  size: number,
  target: (row: number, n: number) => number,
): Float32Array {
  const gram = Matrix.zeros(functions, functions)
  const moments = Matrix.zeros(functions, size)
  for (const [index, row] of rows.entries()) {
    for (let p = 0; p < functions; p++) for (let q = 0; q < functions; q++) gram.set(p, q, gram.get(p, q) + row[p]! * row[q]!)
    for (let n = 0; n < size; n++) {
      const value = target(index, n)
      if (Number.isNaN(value)) continue
      for (let p = 0; p < functions; p++) moments.set(p, n, moments.get(p, n) + row[p]! * value)
    }
  }
  for (let p = 0; p < functions; p++) gram.set(p, p, gram.get(p, p) + 1e-6 * rows.length)
  const solved = new CholeskyDecomposition(gram).solve(moments)
  return Float32Array.from(solved.to1DArray())
}

function evaluate(coefficients: Float32Array, basis: Float64Array, into: Float32Array): Float32Array {
  const size = into.length
  for (let n = 0; n < size; n++) {
    let sum = 0
    for (let p = 0; p < basis.length; p++) sum += coefficients[p * size + n]! * basis[p]!
    into[n] = sum
  }
  return into
}
