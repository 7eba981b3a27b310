import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { ConfigError } from "../errors.ts"
import { resamplingMatrix, type ResamplingKind } from "./resampling-matrix.ts"

const rowsOf = (kind: ResamplingKind, from: number, to: number): number[][] =>
  Array.from({ length: to }, (_, row) => [...resamplingMatrix(kind, from, to).subarray(row * from, (row + 1) * from)])

const mirrored = (rows: number[][]): number[][] => rows.map((row) => row.toReversed()).toReversed()

describe("area", () => {
  // Windows [start, end) of PyTorch's adaptive average.
  test.each([
    {
      from: 16,
      to: 3,
      windows: [
        [0, 6],
        [5, 11],
        [10, 16],
      ],
    },
    {
      from: 7,
      to: 2,
      windows: [
        [0, 4],
        [3, 7],
      ],
    },
    {
      from: 7,
      to: 3,
      windows: [
        [0, 3],
        [2, 5],
        [4, 7],
      ],
    },
    {
      from: 7,
      to: 4,
      windows: [
        [0, 2],
        [1, 4],
        [3, 6],
        [5, 7],
      ],
    },
    {
      from: 7,
      to: 5,
      windows: [
        [0, 2],
        [1, 3],
        [2, 5],
        [4, 6],
        [5, 7],
      ],
    },
    {
      from: 8,
      to: 3,
      windows: [
        [0, 3],
        [2, 6],
        [5, 8],
      ],
    },
    {
      from: 8,
      to: 6,
      windows: [
        [0, 2],
        [1, 3],
        [2, 4],
        [4, 6],
        [5, 7],
        [6, 8],
      ],
    },
  ])("$from to $to", ({ from, to, windows }) => {
    for (const [row, weights] of rowsOf("area", from, to).entries()) {
      const [start, end] = windows[row] as [number, number]
      expect(weights).toEqual(Array.from({ length: from }, (_, i) => (i >= start && i < end ? Math.fround(1 / (end - start)) : 0)))
    }
  })
})

describe("bicubic", () => {
  test.each([
    {
      from: 2,
      to: 4,
      rows: [
        [1.105469, -0.105469],
        [0.773438, 0.226562],
      ],
    },
    {
      from: 2,
      to: 7,
      rows: [
        [1.110696, -0.110696],
        [1.046192, -0.046192],
        [0.809767, 0.190233],
        [0.5, 0.5],
      ],
    },
    {
      from: 3,
      to: 4,
      rows: [
        [1.071777, -0.071777, 0],
        [0.360352, 0.749512, -0.109863],
      ],
    },
    {
      from: 3,
      to: 7,
      rows: [
        [1.109329, -0.109329, 0],
        [0.879009, 0.134111, -0.01312],
        [0.419825, 0.685131, -0.104956],
        [0, 1, 0],
      ],
    },
    {
      from: 4,
      to: 7,
      rows: [
        [1.099216, -0.099216, 0, 0],
        [0.659257, 0.402241, -0.061498, 0],
      ],
    },
    { from: 1, to: 3, rows: [[1], [1], [1]] },
  ])("$from to $to", ({ from, to, rows }) => {
    const found = rowsOf("bicubic", from, to)
    for (const [row, weights] of rows.entries())
      for (const [column, weight] of weights.entries()) expect(found[row]![column]).toBeCloseTo(weight, 5)
  })

  test("row 3 of 4 to 7 lies between two pixels", () => {
    for (const [column, weight] of [-0.09375, 0.59375, 0.59375, -0.09375].entries())
      expect(rowsOf("bicubic", 4, 7)[3]![column]).toBeCloseTo(weight, 6)
  })
})

test("bilinear, nearest and the blur", () => {
  expect(rowsOf("bilinear", 2, 4)).toEqual([
    [1, 0],
    [0.75, 0.25],
    [0.25, 0.75],
    [0, 1],
  ])
  expect(rowsOf("nearest", 3, 6)).toEqual([
    [1, 0, 0],
    [1, 0, 0],
    [0, 1, 0],
    [0, 1, 0],
    [0, 0, 1],
    [0, 0, 1],
  ])
  expect(rowsOf("binomial", 3, 3)).toEqual([
    [11 / 16, 4 / 16, 1 / 16],
    [5 / 16, 6 / 16, 5 / 16],
    [1 / 16, 4 / 16, 11 / 16],
  ])
  expect(() => resamplingMatrix("binomial", 4, 2)).toThrow(ConfigError)
  expect(() => resamplingMatrix("area", 0, 2)).toThrow(ConfigError)
})

test("rows sum to 1, mirroring changes nothing, equal lengths do nothing", () => {
  const length = fc.integer({ min: 1, max: 40 })
  fc.assert(
    fc.property(fc.constantFrom<ResamplingKind>("area", "bicubic", "bilinear"), length, length, (kind, from, to) => {
      const rows = rowsOf(kind, from, to)
      for (const row of rows) expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5)
      const flipped = mirrored(rows)
      for (const [i, row] of rows.entries()) for (const [j, weight] of row.entries()) expect(weight).toBeCloseTo(flipped[i]![j]!, 5)
      const identity = rowsOf(kind, from, from)
      for (const [i, row] of identity.entries()) for (const [j, weight] of row.entries()) expect(weight).toBe(i === j ? 1 : 0)
    }),
  )
})
