import type { LatLonGrid } from "../grid/lat-lon-grid.ts"

const earthRadiusKm = 6371

/** Power along rows of fields on one grid. */
export interface ZonalSpectrum {
  /** Of wavenumbers 1, 2, .. in the length of a row, km, at the mean length of the rows used; falling. */
  readonly wavelengthsKm: Float64Array
  /** Multiply-adds of one field, for budgets of time. */
  readonly cost: number
  /**
   * Adds the power of a field, which begins at `offset`, to `into`, one number for each wavelength, in units of the field squared. Over the whole circle
   * they sum up to the mean variance of the rows (Parseval). The field must not have missing values.
   */
  add(field: ArrayLike<number>, offset: number, into: Float64Array): void
}

/**
 * Zonal power spectra, averaged over rows by area: of the rows from 30 to 60 degrees of both hemispheres where there are any, else of all
 * but the poles. Rows that do not go round the globe are freed of their straight-line trend and tapered by a Hann window whose loss of
 * variance is made good: without, the step between their ends would look like small-scale power.
 *
 * @param rowWeights - [H]
 */
export function zonalSpectrum({ latitudes, longitudes, isPeriodic }: LatLonGrid, rowWeights: Float64Array): ZonalSpectrum {
  const width = longitudes.length
  const highest = Math.floor(width / 2)
  const all = Array.from(latitudes.keys()).filter((row) => Math.abs(latitudes[row]!) < 89)
  const middle = all.filter((row) => Math.abs(latitudes[row]!) >= 30 && Math.abs(latitudes[row]!) <= 60)
  const rows = middle.length > 0 ? middle : all
  const total = rows.reduce((sum, row) => sum + rowWeights[row]!, 0)
  const spacing = width > 1 ? (longitudes[width - 1]! - longitudes[0]!) / (width - 1) : 0
  const lengthOf = (row: number): number =>
    earthRadiusKm * Math.cos((latitudes[row]! * Math.PI) / 180) * ((spacing * width * Math.PI) / 180)
  const length = rows.reduce((sum, row) => sum + (rowWeights[row]! / total) * lengthOf(row), 0)
  const window = Float64Array.from({ length: width }, (_, i) => (isPeriodic ? 1 : Math.sin((Math.PI * (i + 0.5)) / width) ** 2))
  const kept = window.reduce((sum, value) => sum + value * value, 0) / width
  const cosines = Float64Array.from({ length: highest * width }, (_, at) => wave(Math.cos, at, width))
  const sines = Float64Array.from({ length: highest * width }, (_, at) => wave(Math.sin, at, width))
  const line = new Float64Array(width)
  return {
    wavelengthsKm: Float64Array.from({ length: highest }, (_, k) => length / (k + 1)),
    cost: 2 * rows.length * highest * width,
    add(field, offset, into) {
      for (const row of rows) {
        for (let i = 0; i < width; i++) line[i] = field[offset + row * width + i]!
        if (!isPeriodic) detrend(line)
        for (let i = 0; i < width; i++) line[i]! *= window[i]!
        for (let k = 0; k < highest; k++) {
          let [real, imaginary] = [0, 0]
          for (let i = 0, at = k * width; i < width; i++, at++) {
            real += line[i]! * cosines[at]!
            imaginary += line[i]! * sines[at]!
          }
          const twice = 2 * (k + 1) === width ? 1 : 2 // each wave but the shortest of an even row also has its mirror image
          into[k]! += ((rowWeights[row]! / total) * twice * (real * real + imaginary * imaginary)) / (width * width * kept)
        }
      }
    },
  }
}

/** Root mean square of 10 log10(a / b), dB; NaN where a power is zero. */
export function logSpectralDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += (10 * Math.log10(a[k]! / b[k]!)) ** 2
  return Math.sqrt(sum / a.length)
}

const wave = (of: (angle: number) => number, at: number, width: number): number =>
  of((2 * Math.PI * (Math.floor(at / width) + 1) * (at % width)) / width)

/** Takes the straight line of least squares off, in place. */
function detrend(line: Float64Array): void {
  const middle = (line.length - 1) / 2
  let [mean, moment, inertia] = [0, 0, 0]
  for (let i = 0; i < line.length; i++) {
    mean += line[i]! / line.length
    moment += line[i]! * (i - middle)
    inertia += (i - middle) ** 2
  }
  const slope = inertia > 0 ? moment / inertia : 0
  for (let i = 0; i < line.length; i++) line[i]! -= mean + slope * (i - middle)
}
