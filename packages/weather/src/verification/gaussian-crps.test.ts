import { expect, it } from "vitest"
import { gaussianCrps, normalCdf } from "./gaussian-crps.ts"

it("is the integral of the definition", () => {
  for (const [mean, deviation, truth] of [
    [0, 1, 0],
    [2, 3, -4],
    [-1, 0.5, 2.5],
  ] as const) {
    const [low, high, steps] = [Math.min(mean - 12 * deviation, truth) - 1, Math.max(mean + 12 * deviation, truth) + 1, 200_000]
    const step = (high - low) / steps
    let sum = 0
    for (let i = 0; i < steps; i++) {
      const x = low + (i + 0.5) * step
      sum += step * (normalCdf((x - mean) / deviation) - (x >= truth ? 1 : 0)) ** 2
    }
    expect(gaussianCrps(mean, deviation, truth)).toBeCloseTo(sum, 3)
  }
  expect(gaussianCrps(0, 1, 0)).toBeCloseTo((Math.SQRT2 - 1) / Math.sqrt(Math.PI), 14)
})

it("is the absolute error without a deviation", () => {
  expect(gaussianCrps(3, 0, 5)).toBe(2)
})

it("knows the normal distribution in the middle and the tails", () => {
  // Abramowitz and Stegun, tables 26.1 and 26.2
  expect(normalCdf(0)).toBe(0.5)
  expect(normalCdf(1)).toBeCloseTo(0.841_344_746_068_543, 14)
  expect(normalCdf(-3)).toBeCloseTo(0.001_349_898_031_630_1, 15)
  expect(normalCdf(-5) / 2.866_515_718_791_94e-7).toBeCloseTo(1, 12)
  expect(normalCdf(-3.999_999) / normalCdf(-4.000_001)).toBeCloseTo(1, 4)
  expect([normalCdf(-50), normalCdf(50)]).toEqual([0, 1])
})
