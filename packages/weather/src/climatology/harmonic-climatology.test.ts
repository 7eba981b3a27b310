import { DataError, randomStream } from "@scalewise/nn"
import { expect, test } from "vitest"
import type { FieldSeries } from "../data/field-series.ts"
import { makeTimeAxis } from "../data/make-time-axis.ts"
import { fitClimatology } from "./harmonic-climatology.ts"

const grid = { latitudes: Float64Array.of(50), longitudes: Float64Array.of(0, 5), isPeriodic: false }
const variables = [{ name: "t", units: "K" }]

function series(stepHours: number, times: number, value: (hours: number, noise: number) => number): FieldSeries {
  const hours = Float64Array.from({ length: times }, (_, t) => t * stepHours)
  const noise = randomStream(1).normalValues([times])
  const values = Float32Array.from({ length: 2 * times }, (_, i) => (i % 2 === 0 ? value(hours[i >> 1]!, noise[i >> 1]!) : Number.NaN))
  return { variables, grid, time: makeTimeAxis(hours, "noleap"), values }
}

const yearAngle = (hours: number): number => (2 * Math.PI * hours) / (365 * 24)
const dayAngle = (hours: number): number => (2 * Math.PI * hours) / 24

test("finds the season and its spread; what is always missing stays missing", () => {
  const made = series(
    24,
    3650,
    (hours, noise) => 280 + 10 * Math.cos(yearAngle(hours)) + 2 * Math.sin(2 * yearAngle(hours)) + (2 + Math.cos(yearAngle(hours))) * noise,
  )
  const climatology = fitClimatology(made)
  for (const day of [0, 90, 200, 300]) {
    const angle = yearAngle(24 * day)
    expect(climatology.mean(24 * day, "noleap")[0]!).toBeCloseTo(280 + 10 * Math.cos(angle) + 2 * Math.sin(2 * angle), 0)
    expect(climatology.deviation(24 * day, "noleap")[0]! / (2 + Math.cos(angle))).toBeCloseTo(1, 0)
    expect(climatology.mean(24 * day, "noleap")[1]).toBeNaN()
  }
})

test("six-hourly data have a day that changes with the season", () => {
  const made = series(6, 4 * 730, (hours) => 280 + (5 + 3 * Math.cos(yearAngle(hours))) * Math.cos(dayAngle(hours)))
  const climatology = fitClimatology(made)
  for (const hours of [0, 6, 12, 24 * 180, 24 * 180 + 12])
    expect(climatology.mean(hours, "noleap")[0]!).toBeCloseTo(280 + (5 + 3 * Math.cos(yearAngle(hours))) * Math.cos(dayAngle(hours)), 1)
})

test("too few states are refused", () => {
  expect(() => fitClimatology(series(24, 10, () => 280))).toThrow(DataError)
})
