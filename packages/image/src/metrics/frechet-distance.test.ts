import { randomStream, selectBackend, ShapeError } from "@scalewise/nn"
import { beforeAll, describe, expect, it } from "vitest"
import { moments, type Moments } from "../linear-algebra/moments.ts"
import { frechetDistance } from "./frechet-distance.ts"

beforeAll(() => selectBackend())

const random = randomStream("frechet")

/** A Gaussian with independent coordinates. */
const diagonal = (mean: number[], deviations: number[]): Moments => ({
  mean: Float64Array.from(mean),
  covariance: {
    size: mean.length,
    values: Float64Array.from({ length: mean.length ** 2 }, (_, i) =>
      i % (mean.length + 1) === 0 ? deviations[i / (mean.length + 1)]! ** 2 : 0,
    ),
  },
})

const sample = (name: string, rows: number, width: number): Moments => moments(random.fold(name).normalValues([rows, width]), width)

describe("Frechet distance", () => {
  it("of identical sets is zero", () => {
    const set = sample("one", 500, 12)
    expect(frechetDistance(set, set)).toBeLessThan(1e-9)
  })

  it("of independent coordinates has the closed form sum (m1 - m2)^2 + (s1 - s2)^2", () => {
    const [m1, m2, s1, s2] = [
      [1, -2, 0.5],
      [0, 1, 0.5],
      [1, 3, 0.2],
      [2, 0.5, 0.2],
    ]
    const expected = m1.reduce((sum, _, i) => sum + (m1[i]! - m2[i]!) ** 2 + (s1[i]! - s2[i]!) ** 2, 0)
    expect(frechetDistance(diagonal(m1, s1), diagonal(m2, s2))).toBeCloseTo(expected, 10)
  })

  it("of a scaled copy with correlated coordinates has the closed form (c - 1)^2 tr A", () => {
    const { mean, covariance } = sample("correlated", 40, 8)
    const scaled: Moments = { mean, covariance: { size: 8, values: covariance.values.map((value) => value * 9) } }
    const trace = Array.from({ length: 8 }, (_, i) => covariance.values[i * 9]!).reduce((sum, value) => sum + value, 0)
    expect(frechetDistance({ mean, covariance }, scaled)).toBeCloseTo(4 * trace, 8)
  })

  it("does not depend on the order of its arguments, and is positive for different sets", () => {
    const [a, b] = [sample("a", 60, 10), sample("b", 60, 10)]
    expect(frechetDistance(a, b)).toBeCloseTo(frechetDistance(b, a), 9)
    expect(frechetDistance(a, b)).toBeGreaterThan(0.1)
  })

  it("works where a covariance is singular", () => {
    const flat = diagonal([0, 0], [1, 0])
    expect(frechetDistance(flat, diagonal([0, 0], [1, 2]))).toBeCloseTo(4, 10)
  })

  it("refuses moments of different sizes", () => {
    expect(() => frechetDistance(diagonal([0], [1]), diagonal([0, 0], [1, 1]))).toThrow(ShapeError)
  })
})
