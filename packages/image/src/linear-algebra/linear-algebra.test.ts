import { randomStream } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { cholesky, inverse, type SquareMatrix } from "./cholesky.ts"
import { moments } from "./moments.ts"
import { principalDirections, symmetricEigen } from "./symmetric-eigen.ts"

/** A A^T + 0.1 I for a random A: positive definite. */
function randomPositive(size: number, seed: number): SquareMatrix {
  const a = randomStream(seed).normalValues([size, size])
  const values = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      for (let k = 0; k < size; k++) values[i * size + j]! += a[i * size + k]! * a[j * size + k]!
      if (i === j) values[i * size + j]! += 0.1
    }
  return { size, values }
}

const multiply = (a: Float64Array, b: Float64Array, size: number): Float64Array =>
  Float64Array.from({ length: size * size }, (_, at) => {
    const i = Math.floor(at / size)
    let sum = 0
    for (let k = 0; k < size; k++) sum += a[i * size + k]! * b[k * size + (at % size)]!
    return sum
  })

describe("cholesky and inverse", () => {
  it.each([1, 2, 7, 40])("invert a positive definite matrix of size %i", (size) => {
    const matrix = randomPositive(size, size)
    const identity = multiply(matrix.values, inverse(matrix).values, size)
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) expect(identity[i * size + j]).toBeCloseTo(i === j ? 1 : 0, 9)
  })

  it("refuse an indefinite one", () => {
    expect(() => cholesky({ size: 2, values: Float64Array.of(1, 2, 2, 1) })).toThrow(/positive definite/)
  })
})

describe("symmetricEigen", () => {
  it("rebuilds the matrix and orders the values", () => {
    const size = 12
    const matrix = randomPositive(size, 3)
    const { values, vectors } = symmetricEigen(matrix)
    for (let i = 1; i < size; i++) expect(values[i]!).toBeLessThanOrEqual(values[i - 1]!)
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        let sum = 0
        for (let k = 0; k < size; k++) sum += values[k]! * vectors[k * size + i]! * vectors[k * size + j]!
        expect(sum).toBeCloseTo(matrix.values[i * size + j]!, 8)
      }
  })
})

describe("principalDirections", () => {
  it("spans as much variance as the exact eigenvectors", () => {
    const matrix = randomPositive(90, 5)
    const exact = symmetricEigen(matrix)
    const found = principalDirections(matrix, 8)
    const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0)
    expect(sum(found.values) / sum(exact.values.slice(0, 8))).toBeCloseTo(1, 3)
  })
})

describe("moments", () => {
  it("equal the definition", () => {
    const points = randomStream(1)
      .normalValues([1500, 3])
      .map((value, i) => value * (1 + (i % 3)) + 10)
    const { mean, covariance } = moments(points, 3)
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) {
        let expected = 0
        for (let row = 0; row < 1500; row++) expected += ((points[row * 3 + i]! - mean[i]!) * (points[row * 3 + j]! - mean[j]!)) / 1500
        expect(covariance.values[i * 3 + j]).toBeCloseTo(expected, 4)
      }
    expect(mean[2]).toBeCloseTo(10, 0)
  })
})
