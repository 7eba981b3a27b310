import { randomStream } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { packedGraph } from "../graph/packed-graph.ts"
import { forceLayout } from "./force-layout.ts"
import { growthLayout } from "./growth-layout.ts"

// One node becomes two, then a path of three, then of five
const levels = [packedGraph(1, []), packedGraph(2, [0, 1]), packedGraph(3, [0, 1, 1, 2]), packedGraph(5, [0, 1, 1, 2, 2, 3, 3, 4])]
const parents = [Int32Array.from([0, 0]), Int32Array.from([0, 0, 1]), Int32Array.from([0, 0, 1, 2, 2])]

describe("growthLayout", () => {
  it("lays out the last level and puts every parent in the middle of what it becomes", () => {
    const random = randomStream(1)
    const pictures = growthLayout(levels, parents, { random })
    expect(pictures.map(({ descendants }) => [...descendants])).toEqual([[5], [3, 2], [2, 1, 2], [1, 1, 1, 1, 1]])
    expect(pictures.map(({ edges }) => edges)).toEqual(levels.map(({ edges }) => edges))
    expect(pictures.map((picture) => picture.parents)).toEqual([undefined, ...parents])
    const last = pictures[3]!.positions
    expect(last).toEqual(forceLayout(levels[3]!, { random }))
    const middle = (nodes: readonly number[], axis: number) => nodes.reduce((sum, v) => sum + last[2 * v + axis]!, 0) / nodes.length
    for (const axis of [0, 1]) {
      expect(pictures[0]!.positions[axis]).toBeCloseTo(middle([0, 1, 2, 3, 4], axis), 9)
      expect(pictures[1]!.positions[axis]).toBeCloseTo(middle([0, 1, 2], axis), 9)
      expect(pictures[2]!.positions[4 + axis]).toBeCloseTo(middle([3, 4], axis), 9)
    }
  })

  it("groups nodes by their ancestors in the last level that is small enough", () => {
    const groups = (mostGroups: number) => growthLayout(levels, parents, { mostGroups }).map((picture) => [...picture.groups])
    expect(groups(2)).toEqual([[0], [0, 1], [0, 0, 1], [0, 0, 0, 1, 1]])
    expect(groups(4)).toEqual([[0], [0, 2], [0, 1, 2], [0, 0, 1, 2, 2]])
  })

  it("refuses lists that do not fit", () => {
    expect(() => growthLayout(levels, parents.slice(1))).toThrow("parents for every level but the first, got 2 lists for 4 levels")
    expect(() => growthLayout(levels.slice(0, 2), [Int32Array.from([0, 1])])).toThrow(
      "a parent among the 1 nodes of level 0 for each of the 2",
    )
    expect(() => growthLayout([], [])).toThrow("got 0 lists for 0 levels")
  })
})
