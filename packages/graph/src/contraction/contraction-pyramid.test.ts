import { randomStream } from "@scalewise/nn"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { isConnected, packedGraph, relabelled, type PackedGraph } from "../graph/packed-graph.ts"
import { contractionPyramid, expanded } from "./contraction-pyramid.ts"
import { connectedBlocks } from "./louvain-blocks.ts"

/** Random connected graph: a random tree and some more edges. */
const connectedGraph = fc
  .record({ nodes: fc.integer({ min: 1, max: 40 }), extra: fc.integer({ min: 0, max: 60 }), seed: fc.nat() })
  .map(({ nodes, extra, seed }) => {
    const random = randomStream(seed)
    const edges = new Set<number>()
    for (let v = 1; v < nodes; v++) edges.add(random.fold(v).integers(1, v)[0]! * nodes + v)
    const ends = random.fold("extra").integers(2 * extra, nodes)
    for (let i = 0; i < extra; i++) {
      const [u, v] = [ends[2 * i]!, ends[2 * i + 1]!]
      if (u !== v) edges.add(Math.min(u, v) * nodes + Math.max(u, v))
    }
    return packedGraph(
      nodes,
      Array.from(edges).flatMap((key) => [Math.floor(key / nodes), key % nodes]),
    )
  })

/** The input again, from the coarsest node and the codes alone. */
function decoded({ levels, order }: ReturnType<typeof contractionPyramid>): PackedGraph {
  let graph: PackedGraph = packedGraph(1, [])
  for (const { splits, patterns } of levels) graph = expanded({ graph, splits, patterns })
  return relabelled(graph, order)
}

describe("contractionPyramid", () => {
  it.each(["uniform", "low-degree", "common-neighbours"] as const)("gives the graph back from its codes (%s)", (preference) => {
    fc.assert(
      fc.property(connectedGraph, fc.nat(), (graph, seed) => {
        const pyramid = contractionPyramid(graph, randomStream(seed), { preference })
        expect(decoded(pyramid)).toEqual({ nodes: graph.nodes, edges: graph.edges })
        expect(pyramid.levels.every(({ graph: level, patterns }) => isConnected(level) && patterns.every((pattern) => pattern > 0))).toBe(
          true,
        )
      }),
      { numRuns: 60 },
    )
  })

  it("merges blocks first where there are some", () => {
    const blocks = [0, 0, 0, 0, 1, 1, 1, 1]
    const two = packedGraph(8, [0, 1, 0, 2, 0, 3, 1, 2, 1, 3, 2, 3, 4, 5, 4, 6, 4, 7, 5, 6, 5, 7, 6, 7, 3, 4])
    for (let seed = 0; seed < 20; seed++) {
      const { levels, order } = contractionPyramid(two, randomStream(seed), { blocks })
      expect(levels.map(({ graph }) => graph.nodes)).toEqual([1, 2, 4])
      expect(new Set(Array.from(order.subarray(0, 4), (v) => blocks[v]!)).size).toBe(1)
      expect(levels.map((level) => level.blocks && [...level.blocks].toSorted((a, b) => a - b))).toEqual([undefined, [0, 1], [0, 0, 1, 1]])
    }
  })

  it("has no level for a single node, and refuses parts", () => {
    expect(contractionPyramid(packedGraph(1, []), randomStream(0)).levels).toEqual([])
    expect(() => contractionPyramid(packedGraph(3, [0, 1]), randomStream(0))).toThrow("expected a connected graph")
    const path3 = packedGraph(3, [0, 1, 1, 2])
    expect(() => contractionPyramid(path3, randomStream(0), { blocks: [0, 1, 0] })).toThrow("a block in parts")
    expect([...connectedBlocks(path3, [0, 1, 0])]).toEqual([0, 1, 2])
  })
})
