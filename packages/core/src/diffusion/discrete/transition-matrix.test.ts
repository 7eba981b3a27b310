import { ConfigError } from "@scalewise/nn"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { absorbingTransition, gaussianTransition, identityTransition, multiplied, uniformTransition } from "./transition-matrix.ts"

const makers = { uniformTransition, absorbingTransition, gaussianTransition }
const rowSums = (matrix: Float64Array, states: number): number[] =>
  Array.from({ length: states }, (_, i) => matrix.subarray(i * states, (i + 1) * states).reduce((a, b) => a + b))

describe("transition matrices", () => {
  it.each(Object.entries(makers))("%s has rows of probabilities, for any size and beta, and so have products", (_, make) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.double({ min: 1e-4, max: 1, noNaN: true }), (states, beta) => {
        const matrix = make(states, beta)
        expect(matrix.every((p) => p >= 0 && p <= 1 + 1e-12)).toBe(true)
        for (const sum of rowSums(matrix, states)) expect(sum).toBeCloseTo(1, 12)
        for (const sum of rowSums(multiplied(matrix, matrix, states), states)) expect(sum).toBeCloseTo(1, 12)
      }),
    )
  })

  it("uniform, absorbing: the entries of the paper", () => {
    const uniform = uniformTransition(4, 0.2)
    expect(uniform[0]).toBeCloseTo(0.85, 15)
    expect(uniform[1]).toBeCloseTo(0.05, 15)
    const absorbing = absorbingTransition(3, 0.2)
    expect([...absorbing]).toEqual([0.8, 0, 0.2, 0, 0.8, 0.2, 0, 0, 1])
  })

  it("Gaussian is symmetric, hence keeps the uniform law, and prefers neighbours", () => {
    const matrix = gaussianTransition(7, 0.3)
    for (let i = 0; i < 7; i++) for (let j = 0; j < 7; j++) expect(matrix[i * 7 + j]).toBeCloseTo(matrix[j * 7 + i]!, 15)
    expect(matrix[1]! / matrix[2]!).toBeCloseTo(Math.exp((4 * 3) / (36 * 0.3)), 10)
    expect(matrix[3 * 7 + 3]).toBeGreaterThan(matrix[3 * 7 + 4]!)
  })

  it("identity changes nothing; sizes and betas are checked", () => {
    const matrix = uniformTransition(3, 0.4)
    expect(multiplied(matrix, identityTransition(3), 3)).toEqual(matrix)
    expect(() => uniformTransition(0, 0.5)).toThrow(ConfigError)
    expect(() => absorbingTransition(3, 1.5)).toThrow(ConfigError)
  })
})
