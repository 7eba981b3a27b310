import type { ChannelGrid } from "./channel-grid.ts"
import { rowTransform } from "./row-transform.ts"

/** Fields of the mean of two layers and of their difference. */
export interface LayerModes {
  readonly mean: Float64Array
  readonly difference: Float64Array
}

/**
 * Solves laplacian(mean) = its vorticity and (laplacian - screening) difference = its vorticity, both with the values that the walls
 * have, by a Fourier transform along the rows and elimination across them. The two real fields share one complex transform.
 *
 * @param screening - 1/m2; twice the inverse square of the radius of deformation
 * @returns a function that overwrites the rows between the walls, vorticity in, streamfunction out; wall rows hold the streamfunction,
 *   the same along the wall
 */
export function vorticityInverter({ rows, columns, dx, dy }: ChannelGrid, screening: number): (modes: LayerModes) => void {
  const transform = rowTransform(columns)
  const coupling = 1 / (dy * dy)
  const waves = columns / 2 + 1
  // Factors of the elimination for each wave number, once for each mode.
  const factors = [0, screening].map((extra) => {
    const inverse = new Float64Array(waves * rows)
    const upper = new Float64Array(waves * rows)
    for (let k = 0; k < waves; k++) {
      const diagonal = -2 * coupling - (2 - 2 * Math.cos((2 * Math.PI * k) / columns)) / (dx * dx) - extra
      for (let row = 0; row < rows; row++) {
        const at = k * rows + row
        inverse[at] = 1 / (diagonal - (row === 0 ? 0 : coupling * upper[at - 1]!))
        upper[at] = coupling * inverse[at]
      }
    }
    return { inverse, upper }
  })
  const [ofMean, ofDifference] = factors as [(typeof factors)[0], (typeof factors)[0]]
  const parts = Array.from({ length: 4 }, () => new Float64Array(rows)) as [Float64Array, Float64Array, Float64Array, Float64Array]

  const eliminate = (column: Float64Array, k: number, { inverse, upper }: (typeof factors)[0]): void => {
    const from = k * rows
    column[0] = column[0]! * inverse[from]!
    for (let row = 1; row < rows; row++) column[row] = (column[row]! - coupling * column[row - 1]!) * inverse[from + row]!
    for (let row = rows - 2; row >= 0; row--) column[row] = column[row]! - upper[from + row]! * column[row + 1]!
  }

  return ({ mean, difference }) => {
    const last = rows * columns
    for (let column = 0; column < columns; column++) {
      for (const field of [mean, difference]) {
        field[columns + column] = field[columns + column]! - coupling * field[column]!
        field[last + column] = field[last + column]! - coupling * field[last + columns + column]!
      }
    }
    for (let row = 1; row <= rows; row++) transform.forward(mean, difference, row * columns)
    const [meanRe, meanIm, differenceRe, differenceIm] = parts
    for (let k = 0; k < waves; k++) {
      const opposite = (columns - k) % columns
      for (let row = 0; row < rows; row++) {
        const p = (row + 1) * columns + k
        const o = (row + 1) * columns + opposite
        const re = mean[p]!
        const im = difference[p]!
        const oRe = mean[o]!
        const oIm = difference[o]!
        meanRe[row] = (re + oRe) / 2
        meanIm[row] = (im - oIm) / 2
        differenceRe[row] = (im + oIm) / 2
        differenceIm[row] = (oRe - re) / 2
      }
      eliminate(meanRe, k, ofMean)
      eliminate(meanIm, k, ofMean)
      eliminate(differenceRe, k, ofDifference)
      eliminate(differenceIm, k, ofDifference)
      for (let row = 0; row < rows; row++) {
        const p = (row + 1) * columns + k
        const o = (row + 1) * columns + opposite
        mean[o] = meanRe[row]! + differenceIm[row]!
        difference[o] = differenceRe[row]! - meanIm[row]!
        mean[p] = meanRe[row]! - differenceIm[row]!
        difference[p] = meanIm[row]! + differenceRe[row]!
      }
    }
    for (let row = 1; row <= rows; row++) transform.inverse(mean, difference, row * columns)
  }
}
