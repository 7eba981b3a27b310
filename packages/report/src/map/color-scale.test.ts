import { expect, test } from "vitest"
import { levelText } from "./color-bar.ts"
import { colorScale, stepper } from "./color-scale.ts"
import { latitudeLabel, longitudeLabel } from "./graticule.ts"

test("steps are round, cover the range and follow the contour interval", () => {
  expect(colorScale({ palette: "sequential", range: [981, 1039], interval: 4 }).levels).toEqual([
    980, 984, 988, 992, 996, 1000, 1004, 1008, 1012, 1016, 1020, 1024, 1028, 1032, 1036, 1040,
  ])
  expect(colorScale({ palette: "sequential", range: [900, 1100], interval: 4 }).levels[1]).toBe(912)
  expect(colorScale({ palette: "spread", range: [0, 0.3] }).levels.at(-1)).toBe(0.3)
})

test("departures are coloured alike on both sides of zero: blue below, red above", () => {
  const { levels, colors } = colorScale({ palette: "diverging", range: [-3, 10] })
  expect(levels[0]).toBe(-levels.at(-1)!)
  expect(colors[0]![2]).toBeGreaterThan(colors[0]![0])
  expect(colors.at(-1)![0]).toBeGreaterThan(colors.at(-1)![2])
})

test("values beyond the ends take the outermost step; empty and single ranges have a scale", () => {
  const scale = colorScale({ palette: "sequential", range: [0, 10], interval: 2 })
  expect([-5, 0, 1.9, 2, 9.9, 10, 50].map(stepper(scale))).toEqual([0, 0, 0, 1, 4, 4, 4])
  for (const range of [
    [5, 5],
    [0, 0],
    [Infinity, -Infinity],
  ] as const)
    for (const palette of ["sequential", "diverging"] as const) {
      const { levels, colors } = colorScale({ palette, range })
      expect(levels.every(Number.isFinite)).toBe(true)
      expect(colors).toHaveLength(levels.length - 1)
    }
})

test("levels and degrees are written as people write them", () => {
  expect([1012, -0.5, 0].map(levelText)).toEqual(["1012", "−0.5", "0"])
  expect([-40, 0, 350, 180, -180, 200, 2.5].map(longitudeLabel)).toEqual(["40°W", "0°", "10°W", "180°", "180°", "160°W", "2.5°E"])
  expect([50, 0, -30].map(latitudeLabel)).toEqual(["50°N", "0°", "30°S"])
})
