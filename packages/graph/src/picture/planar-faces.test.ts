import { randomStream } from "@scalewise/nn"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { erdosRenyiGraph } from "../data/generators/erdos-renyi-graph.ts"
import { planarGraph } from "../data/generators/planar-graph.ts"
import { componentsOf, edgeCount, isConnected, packedGraph, type PackedGraph } from "../graph/packed-graph.ts"
import { isPlanar } from "../metrics/planarity.ts"
import { planarFaces } from "./planar-faces.ts"
import { withoutCutNodes } from "./without-cut-nodes.ts"

/** Graphs about as sparse as planar ones, of one part or many. */
const sparse = fc
  .record({ nodes: fc.integer({ min: 1, max: 12 }), degree: fc.double({ min: 0.5, max: 4, noNaN: true }), seed: fc.nat() })
  .map(({ nodes, degree, seed }) => erdosRenyiGraph(nodes, randomStream(seed), { probability: Math.min(1, degree / nodes) }))

const without = (graph: PackedGraph, node: number): PackedGraph =>
  packedGraph(
    graph.nodes - 1,
    Array.from({ length: edgeCount(graph) }, (_, e) => [graph.edges[2 * e]!, graph.edges[2 * e + 1]!])
      .filter((ends) => !ends.includes(node))
      .flatMap((ends) => ends.map((end) => (end > node ? end - 1 : end))),
  )

describe("withoutCutNodes", () => {
  it("adds edges until no node cuts the graph, and keeps it planar", () => {
    fc.assert(
      fc.property(sparse, (graph) => {
        const whole = withoutCutNodes(graph)
        expect(isConnected(whole)).toBe(true)
        for (let v = 0; v < whole.nodes && whole.nodes > 2; v++) expect(componentsOf(without(whole, v)).count).toBe(1)
        expect(isPlanar(whole)).toBe(isPlanar(graph))
      }),
    )
  })

  it("leaves a graph without cut nodes as it is", () => {
    const cycle = packedGraph(4, [0, 1, 1, 2, 2, 3, 0, 3])
    expect(withoutCutNodes(cycle)).toEqual(cycle)
  })
})

describe("planarFaces", () => {
  it("finds faces exactly where the graph is planar, as many as Euler's formula says, two at every edge", () => {
    fc.assert(
      fc.property(sparse, (graph) => {
        const whole = withoutCutNodes(graph)
        const faces = planarFaces(whole)
        expect(faces !== undefined).toBe(whole.nodes > 2 && isPlanar(whole))
        if (!faces) return
        expect(faces).toHaveLength(edgeCount(whole) - whole.nodes + 2)
        const sides = new Map<string, number>()
        for (const face of faces)
          for (const [i, v] of face.entries()) {
            const key = [v, face[(i + 1) % face.length]!].sort((a, b) => a - b).join()
            sides.set(key, (sides.get(key) ?? 0) + 1)
          }
        expect([...sides.values()].every((count) => count === 2)).toBe(true)
        expect(sides.size).toBe(edgeCount(whole))
      }),
    )
  })

  it("finds the triangles of a triangulation and its hull", () => {
    const graph = planarGraph(40, randomStream(1))
    const faces = planarFaces(graph)!
    expect(faces.filter((face) => face.length > 3).length).toBeLessThanOrEqual(1)
    expect(faces).toHaveLength(edgeCount(graph) - 38)
  })
})
