import { expect, test } from "vitest"
import { fractionalIndex } from "./map-grid.ts"
import { mapWindow } from "./map-window.ts"
import { resampleField } from "./resample-field.ts"

const field = (latitudes: readonly number[], longitudes: readonly number[], value: (latitude: number, longitude: number) => number) =>
  Float64Array.from(latitudes.flatMap((latitude) => longitudes.map((longitude) => value(latitude, longitude))))
const range = (count: number, from: number, step: number) => Array.from({ length: count }, (_, i) => from + i * step)

test("uneven coordinates are counted between their neighbours", () => {
  expect([-5, 0, 1, 3, 9, 20].map((value) => fractionalIndex([0, 2, 10], value))).toEqual([0, 0, 0.5, 1.125, 1.875, 2])
  expect(fractionalIndex([7], 3)).toBe(0)
})

test("smooth values are those of a linear field between its points, on uneven latitudes too", () => {
  const [latitudes, longitudes] = [[60, 57, 50, 48, 40], range(9, 0, 2.5)]
  const grid = { latitudes, longitudes }
  const window = mapWindow(grid, 200, "smooth")
  const { values } = resampleField(
    field(latitudes, longitudes, (_, longitude) => 3 * longitude),
    grid,
    { window, width: 40, height: 10, rendering: "smooth" },
  )
  for (let x = 6; x < 34; x++) for (let y = 0; y < 10; y++) expect(values[y * 40 + x]).toBeCloseTo(3 * ((x + 0.5) / 40) * 20, 9)
})

test("points keep their values under smoothing, and cells are even", () => {
  const grid = { latitudes: [50, 45, 40], longitudes: [0, 5, 10] }
  const data = [1, 5, 2, 8, 3, 9, 4, 7, 6]
  const cells = resampleField(data, grid, { window: mapWindow(grid, 90, "cells"), width: 9, height: 9, rendering: "cells" })
  expect([...cells.values].filter((_, i) => Math.floor(i / 9) % 3 === 1 && (i % 9) % 3 === 1)).toEqual(data)
  expect(Array.from(cells.values.subarray(0, 9))).toEqual([1, 1, 1, 5, 5, 5, 2, 2, 2])
  const smooth = resampleField(data, grid, { window: mapWindow(grid, 90, "smooth"), width: 5, height: 5, rendering: "smooth" })
  expect(smooth.values[12]).toBeCloseTo(3, 9) // the middle box of 5 lies on the middle point
})

test("a periodic grid has no seam and is turned to the date line", () => {
  const [latitudes, longitudes] = [[10, 0, -10], range(36, 0, 10)]
  const grid = { latitudes, longitudes, isPeriodic: true }
  const window = mapWindow(grid, 360, "smooth")
  expect([window.west, window.east]).toEqual([-180, 180])
  const { values } = resampleField(
    field(latitudes, longitudes, (_, longitude) => Math.cos((longitude * Math.PI) / 180)),
    grid,
    { window, width: 360, height: 1, rendering: "smooth" },
  )
  values.forEach((value, x) => expect(value).toBeCloseTo(Math.cos(((x + 0.5 - 180) * Math.PI) / 180), 2))
})

test("missing values stay missing and do not spread", () => {
  const grid = { latitudes: range(5, 50, -5), longitudes: range(5, 0, 5) }
  const data = Float64Array.from({ length: 25 }, (_, i) => (i === 12 ? NaN : 1))
  const { values } = resampleField(data, grid, { window: mapWindow(grid, 90, "smooth"), width: 40, height: 40, rendering: "smooth" })
  const missing = values.filter((value) => Number.isNaN(value)).length
  expect(missing).toBe(100) // one cell of 10 x 10 boxes
  expect(values.every((value) => Number.isNaN(value) || Math.abs(value - 1) < 1e-12)).toBe(true)
})
