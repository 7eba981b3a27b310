import { expect, test } from "vitest"
import { formatMeanSd, formatNumber } from "./format-number.ts"
import { spread } from "./spread.ts"

test.each([
  [0, "0"],
  [0.0123456, "0.01235"],
  [-0.5, "−0.5"],
  [19.1, "19.1"],
  [12_340, "12,340"],
  [1234.5678, "1,235"],
  [0.99996, "1"],
  [1.2e-7, "1.2e−7"],
  [3e12, "3e12"],
  [NaN, "not a number"],
  [-Infinity, "−∞"],
])("%d is %s", (value, text) => expect(formatNumber(value)).toBe(text))

test.each([
  [0.0123456, 0.00042, "0.01235 ± 0.00042"],
  [14.033, 0.153, "14.03 ± 0.15"],
  [12_345.6, 123.4, "12,346 ± 123"],
  [0.5, 0, "0.5"],
  [0.5, NaN, "0.5"],
  [-1.5, 0.25, "−1.50 ± 0.25"],
  [3.1e-7, 2.2e-8, "(3.10 ± 0.22)e−7"],
  [NaN, 1, "not a number"],
])("%d and %d are %s", (mean, sd, text) => expect(formatMeanSd(mean, sd)).toBe(text))

test("a spread is the mean and the sample deviation", () => {
  expect(spread([1, 2, 3, 4])).toEqual({ mean: 2.5, sd: Math.sqrt(5 / 3), count: 4 })
  expect(spread([7])).toEqual({ mean: 7, sd: 0, count: 1 })
  expect(spread([]).mean).toBeNaN()
})
