import { describe, expect, it } from "vitest"
import { packedGraph } from "../graph/packed-graph.ts"
import { isPlanar } from "../metrics/planarity.ts"
import { childPairs } from "./child-pairs.ts"
import { expanded } from "./contraction-pyramid.ts"
import { repairedPatterns } from "./guided-repair.ts"

/** K4 whose nodes all split: with all pairs it is K8, far from planar. */
const tetrahedron = packedGraph(4, [0, 1, 0, 2, 0, 3, 1, 2, 1, 3, 2, 3])
const splits = Uint8Array.of(1, 1, 1, 1)

describe("repairedPatterns", () => {
  it("hides the edges of splits that break the property, and no others", () => {
    const children = childPairs(tetrahedron, splits)
    const patterns = new Uint8Array(6).fill(15)
    const level = { graph: tetrahedron, children, splits, patterns }
    const repaired = repairedPatterns(level, isPlanar, [2, 0, 1, 3])
    // One node of K4 can split with both children joined to the other three only if K5 were planar: none can.
    expect([...repaired]).toEqual([0, 0, 0, 0, 0, 0])
  })

  it("keeps what is planar", () => {
    const children = childPairs(tetrahedron, Uint8Array.of(1, 0, 0, 0))
    const good = Uint8Array.from(children.shapes, (shape, e) => (shape === 1 ? 1 : e === 0 ? 0b0001 : e === 1 ? 0b0101 : 0b0100))
    const level = { graph: tetrahedron, children, splits: Uint8Array.of(1, 0, 0, 0), patterns: good }
    expect(isPlanar(expanded(level))).toBe(true)
    expect(repairedPatterns(level, isPlanar, [0, 1, 2, 3])).toBe(good)
  })

  it("keeps the splits that are tried before one that does not go with them", () => {
    // Two of the splits alone give a planar graph each way round, with all pairs between them they do not
    const edge = packedGraph(3, [0, 1, 0, 2, 1, 2])
    const both = Uint8Array.of(1, 1, 1)
    const children = childPairs(edge, both)
    const level = { graph: edge, children, splits: both, patterns: new Uint8Array(3).fill(15) } // K6
    const repaired = repairedPatterns(level, isPlanar, [1, 2, 0])
    // 1 alone gives K4, planar; 1 and 2 give K5, which is not; 1 and 0 give K5 too: edges at 2 and at 0 are hidden
    expect([...repaired]).toEqual([0, 0, 0])
    const sparse = { ...level, patterns: Uint8Array.of(15, 0b0001, 0b0001) }
    expect(repairedPatterns(sparse, isPlanar, [1, 2, 0])).toBe(sparse.patterns)
  })
})
