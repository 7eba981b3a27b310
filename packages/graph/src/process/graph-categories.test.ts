import { randomStream } from "@scalewise/nn"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { packedGraph, type PackedGraph } from "../graph/packed-graph.ts"
import { categoriesOf, categoryShares, graphOfCategories, kindsOf } from "./graph-categories.ts"

const vocabulary = { nodes: ["C", "N", "O"], edges: ["-", "="] }
const randomGraph = fc
  .record({ nodes: fc.integer({ min: 1, max: 12 }), seed: fc.nat(), labels: fc.boolean() })
  .map(({ nodes, seed, labels }) => {
    const random = randomStream(seed)
    const coins = random.uniformValues([nodes * nodes])
    const pairs: number[] = []
    for (let u = 0; u < nodes; u++) for (let v = u + 1; v < nodes; v++) if (coins[u * nodes + v]! < 0.4) pairs.push(u, v)
    const graph = labels
      ? packedGraph(nodes, pairs, {
          nodeLabels: random.fold("nodes").integers(nodes, 3),
          edgeLabels: random.fold("edges").integers(pairs.length / 2, 2),
        })
      : packedGraph(nodes, pairs)
    return { graph, vocabulary: labels ? vocabulary : { nodes: [], edges: [] } }
  })

describe("categories of graphs", () => {
  it("give the graph back, with and without labels", () => {
    fc.assert(
      fc.property(randomGraph, ({ graph, vocabulary: own }) => {
        expect(graphOfCategories(categoriesOf(graph, own), own)).toEqual(graph)
      }),
    )
  })

  it("count, treat a mask as no edge, and refuse labels outside the vocabulary", () => {
    expect([kindsOf(vocabulary), kindsOf({ nodes: [], edges: [] })]).toEqual([
      { nodes: 3, pairs: 3 },
      { nodes: 0, pairs: 2 },
    ])
    const graph: PackedGraph = packedGraph(3, [0, 1, 1, 2], { nodeLabels: [0, 2, 0], edgeLabels: [1, 0] })
    const categories = categoriesOf(graph, vocabulary)
    expect([...categories.pairKinds]).toEqual([2, 0, 1])
    expect(categoryShares([categories], vocabulary)).toEqual({ nodes: [2 / 3, 0, 1 / 3], pairs: [1 / 3, 1 / 3, 1 / 3] })
    const masked = { ...categories, pairKinds: Uint8Array.of(3, 0, 1) }
    expect([...graphOfCategories(masked, vocabulary).edges]).toEqual([1, 2])
    expect(() => categoriesOf(graph, { nodes: ["C"], edges: ["-", "="] })).toThrow("expected labels below 1 for nodes and 2 for edges")
  })
})
