import { randomStream } from "@scalewise/nn"
import { EigenvalueDecomposition, Matrix } from "ml-matrix"
import { expect, it } from "vitest"
import { symmetricEigen } from "./symmetric-eigen.ts"

const random = randomStream("symmetric eigen")

function randomSymmetric(size: number, density: number, seed: number): Float64Array {
  const noise = random.fold(seed).uniformValues([2, size, size])
  const matrix = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++)
      if (noise[i * size + j]! < density) matrix[i * size + j] = matrix[j * size + i] = 2 * noise[(size + i) * size + j]! - 1
  return matrix
}

/** Largest error of A v = lambda v, and of v v' = I. */
function residual(matrix: Float64Array, size: number): number {
  const { values, vectors } = symmetricEigen(matrix, size)
  let worst = 0
  for (let k = 0; k < size; k++) {
    const v = vectors.subarray(k * size, (k + 1) * size)
    for (let i = 0; i < size; i++) {
      let [image, product] = [0, 0]
      for (let j = 0; j < size; j++) {
        image += matrix[i * size + j]! * v[j]!
        product += vectors[i * size + j]! * v[j]!
      }
      worst = Math.max(worst, Math.abs(image - values[k]! * v[i]!), Math.abs(product - (i === k ? 1 : 0)))
    }
  }
  return worst
}

it("solves A v = lambda v with orthonormal v, dense, sparse and degenerate", () => {
  for (const [seed, size] of [1, 2, 3, 5, 20, 64].entries())
    for (const density of [0.05, 0.3, 1])
      expect(residual(randomSymmetric(size, density, seed), size), `${size} ${density}`).toBeLessThan(1e-12)
  expect(residual(new Float64Array(16), 4)).toBe(0)
  expect(residual(new Float64Array(81).fill(1), 9)).toBeLessThan(1e-12)
  for (const [k, value] of symmetricEigen([0, 1, 1, 0], 2).values.entries()) expect(value).toBeCloseTo(2 * k - 1, 14)
  expect(symmetricEigen([], 0).values).toHaveLength(0)
})

it("refuses what has no spectrum", () => {
  expect(() => symmetricEigen([Number.NaN, 1, 1, 0], 2)).toThrow("expected finite numbers")
})

it("agrees with ml-matrix", () => {
  const size = 40
  const matrix = randomSymmetric(size, 0.4, 99)
  const rows = Array.from({ length: size }, (_, i) => [...matrix.subarray(i * size, (i + 1) * size)])
  const { realEigenvalues } = new EigenvalueDecomposition(new Matrix(rows), { assumeSymmetric: true })
  for (const [k, value] of symmetricEigen(matrix, size).values.entries()) expect(value).toBeCloseTo(realEigenvalues[k]!, 11)
})
