import { randomStream } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { packedGraph, relabelled } from "../graph/packed-graph.ts"
import { linearMmd, nspdkFeatures } from "./nspdk.ts"

const methane = packedGraph(1, [], { nodeLabels: [0] })
const ethane = packedGraph(2, [0, 1], { nodeLabels: [0, 0], edgeLabels: [0] })
const ethene = packedGraph(2, [0, 1], { nodeLabels: [0, 0], edgeLabels: [1] })
const propane = packedGraph(3, [0, 1, 1, 2], { nodeLabels: [0, 0, 0], edgeLabels: [0, 0] })

function mmd(a: (typeof ethane)[], b: (typeof ethane)[]): number {
  const features = nspdkFeatures()
  return linearMmd(features.total(a), features.total(b))
}

describe("NSPDK", () => {
  it("gives 1 for a molecule with itself and 0 where nothing is shared", () => {
    expect(mmd([propane], [propane])).toBe(0)
    expect(mmd([methane], [ethane])).toBeCloseTo(2, 12) // degrees differ, hence every neighbourhood
    expect(mmd([methane, ethane], [methane])).toBeCloseTo(0.5 + 1 - 2 * 0.5, 12)
  })

  it("is what counting by hand gives", () => {
    // Ethane, in the groups (radius, distance) = (0,0), (0,1), (1,0), (1,1): the pair (end, end) twice and the end alone twice.
    // Propane, (0,0): (end, end) 2, (middle, middle) 1, alone: end 2, middle 1; (0,1): (end, middle) 4, alone: middle 2, end 2;
    // and (0,2), (1,0), (1,1), (1,2), (2,0), (2,2), whose neighbourhoods ethane lacks: 8 groups, those of radius 2 without the middle.
    const shared00 = (2 * 2 + 2 * 2) / Math.sqrt((4 + 1 + 4 + 1) * (4 + 4))
    const shared01 = (2 * 2) / Math.sqrt((16 + 4 + 4) * (4 + 4))
    expect(mmd([propane], [ethane])).toBeCloseTo(2 - (2 * (shared00 + shared01)) / Math.sqrt(8 * 4), 12)
    // Single and double bonds differ from radius 1 on: the two groups of radius 0 are shared whole.
    expect(mmd([ethane], [ethene])).toBeCloseTo(2 - 2 * (2 / 4), 12)
  })

  it("does not look at the order of atoms, nor beyond four bonds", () => {
    const chain = packedGraph(12, Array.from({ length: 11 }, (_, v) => [v, v + 1]).flat(), {
      nodeLabels: [0, 1, 2, 0, 0, 1, 0, 0, 2, 0, 1, 0],
      edgeLabels: [0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0],
    })
    expect(mmd([chain], [relabelled(chain, randomStream(1).permutation(12))])).toBeCloseTo(0, 12)
    const other = { ...chain, nodeLabels: Uint8Array.from(chain.nodeLabels!, (label, v) => (v === 11 ? 3 : label)) }
    expect(mmd([chain], [other])).toBeGreaterThan(0.01)
  })

  it("skips graphs without nodes", () => {
    expect(mmd([methane, packedGraph(0, [])], [methane])).toBe(0)
  })

  it("holds more features than its first table", () => {
    const many = Array.from({ length: 400 }, (_, seed) => {
      const random = randomStream(seed)
      const pairs = Array.from({ length: 19 }, (_, v) => [random.fold(v).integers(1, v + 1)[0]!, v + 1]).flat()
      return packedGraph(20, pairs, { nodeLabels: random.integers(20, 4), edgeLabels: random.fold("e").integers(19, 3) })
    })
    const features = nspdkFeatures()
    const all = features.total(many)
    expect([...all.sums].length).toBeGreaterThan(2 ** 16)
    const [first, rest] = [features.total(many.slice(0, 10)), features.total(many.slice(10))]
    let largest = 0
    for (const [feature, sum] of all.sums) largest = Math.max(largest, Math.abs(sum - first.sums.get(feature) - rest.sums.get(feature)))
    expect(largest).toBeLessThan(1e-9)
    // Every graph adds a vector of length 1.
    expect([...features.total([many[3]!]).sums].reduce((sum, [, value]) => sum + value * value, 0)).toBeCloseTo(1, 9)
    expect(all.sums.get(2 ** 52 + 1)).toBe(0)
  })
})
