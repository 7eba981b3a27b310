import { DataError } from "@scalewise/nn/errors"
import { describe, expect, it } from "vitest"
import { rowWeights } from "./lat-lon-grid.ts"
import { orientGrid } from "./orient-grid.ts"

const longitudesOf = (given: number[]) => {
  const { grid, columns, notices } = orientGrid([10, 0], given)
  return { east: [...grid.longitudes], columns: [...columns], isPeriodic: grid.isPeriodic, notices: notices.length }
}
const range = (count: number, step: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i * step)

describe("grids of files", () => {
  it("get rows from north to south", () => {
    const { grid, rows } = orientGrid([-30, 0, 30], [0, 1])
    expect([[...grid.latitudes], [...rows]]).toEqual([
      [30, 0, -30],
      [2, 1, 0],
    ])
    expect([...orientGrid([30, 0], [0]).rows]).toEqual([0, 1])
  })

  it("keep columns that run eastward, and turn others round", () => {
    expect(longitudesOf([-10, 0, 10])).toEqual({ east: [-10, 0, 10], columns: [0, 1, 2], isPeriodic: false, notices: 0 })
    expect(longitudesOf([10, 0, -10])).toEqual({ east: [-10, 0, 10], columns: [2, 1, 0], isPeriodic: false, notices: 0 })
    expect(longitudesOf([170, 180, -170])).toMatchObject({ east: [170, 180, 190], columns: [0, 1, 2] })
  })

  it("join a region that the file cuts at Greenwich", () => {
    expect(longitudesOf([0, 10, 20, 340, 350])).toEqual({
      east: [-20, -10, 0, 10, 20],
      columns: [3, 4, 0, 1, 2],
      isPeriodic: false,
      notices: 1,
    })
    expect(longitudesOf([340, 350, 0, 10])).toMatchObject({ east: [-20, -10, 0, 10], notices: 0 })
  })

  it("know when columns go round the globe, and drop a last one that repeats the first", () => {
    expect(longitudesOf(range(144, 2.5))).toMatchObject({ isPeriodic: true, notices: 0 })
    expect(longitudesOf(range(36, 10, -180))).toMatchObject({ isPeriodic: true, notices: 0 })
    expect(longitudesOf(range(143, 2.5)).isPeriodic).toBe(false)
    const closed = longitudesOf(range(37, 10))
    expect([closed.east.length, closed.isPeriodic, closed.notices]).toEqual([36, true, 1])
  })

  it("refuse axes that no grid has", () => {
    for (const [lat, lon] of [
      [
        [0, 10, 5],
        [0, 1],
      ],
      [
        [0, 100],
        [0, 1],
      ],
      [
        [0, 0],
        [0, 1],
      ],
      [
        [0, NaN],
        [0, 1],
      ],
      [
        [0, 1],
        [0, 10, 5],
      ],
      [
        [0, 1],
        [0, 10, 10, 20],
      ],
      [
        [0, 1],
        [0, NaN],
      ],
    ] as const)
      expect(() => orientGrid(lat, lon)).toThrow(DataError)
  })

  it("weigh rows by their share of the sphere: a global grid sums to it, a regional one ends half a row outside", () => {
    const rows = 73
    const weights = rowWeights({ latitudes: Float64Array.from(range(rows, -2.5, 90)), longitudes: Float64Array.of(0), isPeriodic: false })
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(rows)
    // sin(90) - sin(88.75), over the mean share of a row
    expect(weights[0]).toBeCloseTo((1 - Math.sin((88.75 * Math.PI) / 180)) / (2 / rows))
    const two = rowWeights({ latitudes: Float64Array.of(60, 50), longitudes: Float64Array.of(0), isPeriodic: false })
    const sin = (degrees: number): number => Math.sin((degrees * Math.PI) / 180)
    expect(two[0]! / two[1]!).toBeCloseTo((sin(65) - sin(55)) / (sin(55) - sin(45)))
  })
})
