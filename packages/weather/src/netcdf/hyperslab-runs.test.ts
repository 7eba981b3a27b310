import { ShapeError } from "@scalewise/nn/errors"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { hyperslabRuns } from "./hyperslab-runs.ts"

/** Positions of a part, index by index. */
function positionsOf(shape: readonly number[], start: readonly number[], count: readonly number[]): number[] {
  let positions = [0]
  for (const [axis, length] of shape.entries()) {
    positions = positions.flatMap((position) => Array.from({ length: count[axis]! }, (_, i) => position * length + start[axis]! + i))
  }
  return positions
}

const partOfArray = fc
  .array(fc.integer({ min: 1, max: 5 }), { minLength: 0, maxLength: 4 })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      ends: fc.tuple(...shape.map((length) => fc.tuple(fc.integer({ min: 0, max: length }), fc.integer({ min: 0, max: length })))),
    }),
  )
  .map(({ shape, ends }) => ({ shape, start: ends.map(([a, b]) => Math.min(a, b)), count: ends.map(([a, b]) => Math.abs(a - b)) }))

describe("hyperslab runs", () => {
  it("cover exactly the part, in order", () => {
    fc.assert(
      fc.property(partOfArray, ({ shape, start, count }) => {
        const runs = hyperslabRuns(shape, { start, count })
        const covered = runs.flatMap(({ offset, length }) => Array.from({ length }, (_, i) => offset + i))
        expect(covered).toEqual(positionsOf(shape, start, count))
      }),
    )
  })

  it("are as few as possible where axes are taken whole", () => {
    expect(hyperslabRuns([4, 3, 5], { start: [1, 0, 0], count: [2, 3, 5] })).toEqual([{ offset: 15, length: 30 }])
    expect(hyperslabRuns([4, 3, 5], { start: [0, 1, 0], count: [4, 2, 5] })).toHaveLength(4)
    expect(hyperslabRuns([], { start: [], count: [] })).toEqual([{ offset: 0, length: 1 }])
  })

  it("refuse what reaches outside", () => {
    for (const [start, count] of [
      [
        [0, 2],
        [1, 2],
      ],
      [
        [-1, 0],
        [1, 1],
      ],
      [[0], [1]],
      [
        [0, 0.5],
        [1, 1],
      ],
    ] as const)
      expect(() => hyperslabRuns([2, 3], { start, count })).toThrow(ShapeError)
  })
})
