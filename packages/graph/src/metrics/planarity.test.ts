import { randomStream } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { isConnected, packedGraph, relabelled, type PackedGraph } from "../graph/packed-graph.ts"
import { graphData, metricFixtures, splitOf } from "../testing/metric-fixtures.ts"
import { isPlanar } from "./planarity.ts"

const complete = (nodes: number): PackedGraph =>
  packedGraph(nodes, Array.from({ length: nodes }, (_, v) => Array.from({ length: v }, (_, u) => [u, v])).flat(2))
const completeBipartite = (a: number, b: number): PackedGraph =>
  packedGraph(a + b, Array.from({ length: a }, (_, u) => Array.from({ length: b }, (_, v) => [u, a + v])).flat(2))
const petersen = packedGraph(
  10,
  [0, 1, 2, 3, 4].flatMap((i) => [i, (i + 1) % 5, i, i + 5, 5 + i, 5 + ((i + 2) % 5)]),
)

/** Every edge becomes a path of three. */
const subdivided = ({ nodes, edges }: PackedGraph): PackedGraph => {
  const ends: number[] = []
  for (let e = 0; e < edges.length / 2; e++) {
    const between = nodes + 2 * e
    ends.push(edges[2 * e]!, between, between, between + 1, between + 1, edges[2 * e + 1]!)
  }
  return packedGraph(nodes + edges.length, ends)
}

describe("isPlanar", () => {
  it("knows the forbidden graphs and their neighbours", () => {
    for (const graph of [complete(5), completeBipartite(3, 3), petersen]) {
      expect(isPlanar(graph)).toBe(false)
      expect(isPlanar(subdivided(graph))).toBe(false)
      // Beside a planar part
      expect(isPlanar(packedGraph(graph.nodes + 3, [...graph.edges, graph.nodes, graph.nodes + 1]))).toBe(false)
    }
    for (const graph of [packedGraph(0, []), packedGraph(1, []), complete(4), completeBipartite(2, 30)]) {
      expect(isPlanar(graph)).toBe(true)
      expect(isPlanar(subdivided(graph))).toBe(true)
    }
    const [first] = [...complete(5).edges.entries()]
    expect(isPlanar(packedGraph(5, complete(5).edges.slice(first![0] + 2)))).toBe(true)
  })

  it("counts the labelled planar graphs on up to 6 nodes (A066537)", () => {
    for (const [nodes, expected] of [1, 1, 2, 8, 64, 1023, 32071].entries()) {
      const pairs: [number, number][] = []
      for (let v = 1; v < nodes; v++) for (let u = 0; u < v; u++) pairs.push([u, v])
      let planar = 0
      for (let mask = 0; mask < 2 ** pairs.length; mask++) {
        const ends = pairs.flatMap((pair, bit) => (mask & (1 << bit) ? pair : []))
        if (isPlanar(packedGraph(nodes, ends))) planar++
      }
      expect(planar).toBe(expected)
    }
  })

  it("takes long paths without deep recursion", () => {
    const length = 100_000
    expect(isPlanar(packedGraph(length, Array.from({ length: length - 1 }, (_, i) => [i, i + 1]).flat()))).toBe(true)
  })

  it.skipIf(!metricFixtures)("is right on every edited planar graph, in any order of nodes", async () => {
    const { graphs } = await graphData("planar64")
    const random = randomStream("planarity")
    for (const [i, { base_id, add, drop, planar, connected }] of metricFixtures!.planarity.entries()) {
      const base = graphs[base_id]!
      const dropped = new Set(drop.map(([u, v]) => `${u}-${v}`))
      const kept = Array.from({ length: base.edges.length / 2 }, (_, e) => [base.edges[2 * e]!, base.edges[2 * e + 1]!]).filter(
        ([u, v]) => !dropped.has(`${u}-${v}`),
      )
      const edited = packedGraph(base.nodes, [...kept, ...add].flat())
      expect(isPlanar(edited), `edit ${i}`).toBe(planar)
      expect(isConnected(edited), `edit ${i}`).toBe(connected)
      expect(isPlanar(relabelled(edited, random.fold(i).permutation(base.nodes))), `edit ${i}, renamed`).toBe(planar)
    }
  })

  it.skipIf(!metricFixtures)("accepts all Delaunay graphs and 34 of the 40 published samples of DiGress", async () => {
    expect((await graphData("planar64")).graphs.filter(isPlanar)).toHaveLength(200)
    const samples = (await graphData("samples_digress_planar")).graphs
    expect(samples.filter((graph) => isPlanar(graph) && isConnected(graph))).toHaveLength(34)
    const { length } = splitOf(await graphData("sbm"), "test").filter(isPlanar)
    expect(length).toBe(0)
  })
})
