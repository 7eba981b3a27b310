import { randomStream } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { packedGraph, relabelled, type PackedGraph } from "../graph/packed-graph.ts"
import { graphData, metricFixtures } from "../testing/metric-fixtures.ts"
import { graphletCounts, localClustering, orbitTotals } from "./graphlets.ts"

const random = randomStream("graphlets")

function randomGraph(nodes: number, density: number, seed: number): PackedGraph {
  const noise = random.fold(seed).uniformValues([nodes, nodes])
  const ends: number[] = []
  for (let v = 0; v < nodes; v++) for (let u = 0; u < v; u++) if (noise[u * nodes + v]! < density) ends.push(u, v)
  return packedGraph(nodes, ends)
}

/** Every set of four nodes in turn, told by its sorted degrees inside. */
function fourNodeGraphlets(graph: PackedGraph): Record<string, number> {
  const joined = new Set<number>()
  for (let e = 0; e < graph.edges.length; e += 2) joined.add(graph.edges[e]! * graph.nodes + graph.edges[e + 1]!)
  const counts: Record<string, number> = {}
  for (let d = 3; d < graph.nodes; d++)
    for (let c = 2; c < d; c++)
      for (let b = 1; b < c; b++)
        for (let a = 0; a < b; a++) {
          const four = [a, b, c, d]
          const degrees = four.map((u) => four.filter((v) => joined.has(Math.min(u, v) * graph.nodes + Math.max(u, v))).length)
          const key = degrees.sort((x, y) => x - y).join("")
          counts[key] = (counts[key] ?? 0) + 1
        }
  return counts
}

describe("graphletCounts", () => {
  it("equals the enumeration of all sets of four nodes", () => {
    for (const [seed, density] of [0.15, 0.3, 0.5, 0.7, 0.95, 1].entries()) {
      const graph = randomGraph(13, density, seed)
      const found = fourNodeGraphlets(graph)
      const { path, star, cycle, paw, diamond, clique } = graphletCounts(graph)
      expect({ path, star, cycle, paw, diamond, clique }, `density ${density}`).toEqual({
        path: found["1122"] ?? 0,
        star: found["1113"] ?? 0,
        cycle: found["2222"] ?? 0,
        paw: found["1223"] ?? 0,
        diamond: found["2233"] ?? 0,
        clique: found["3333"] ?? 0,
      })
    }
  })

  it("does not depend on the order of nodes", () => {
    const graph = randomGraph(40, 0.3, 7)
    const { trianglesAt, ...totals } = graphletCounts(graph)
    const order = random.fold("order").permutation(40)
    const { trianglesAt: moved, ...same } = graphletCounts(relabelled(graph, order))
    expect(same).toEqual(totals)
    for (const [v, count] of trianglesAt.entries()) expect(moved[order[v]!]).toBe(count)
  })

  it("takes graphs without nodes or edges", () => {
    expect([...orbitTotals(graphletCounts(packedGraph(0, [])))]).toEqual(Array.from({ length: 15 }, () => 0))
    expect(graphletCounts(packedGraph(5, [])).edge).toBe(0)
  })

  it.skipIf(!metricFixtures)("gives the orbit totals, triangles and clustering of the fixtures, exactly", async () => {
    for (const { file, id, orbit_total, triangles, clustering_mean } of metricFixtures!.descriptors) {
      const graph = (await graphData(file)).graphs[id]!
      const counts = graphletCounts(graph)
      expect([...orbitTotals(counts)], `${file} ${id}`).toEqual(orbit_total)
      expect(counts.triangle).toBe(triangles)
      const clustering = localClustering(graph, counts)
      expect(clustering.reduce((sum, value) => sum + value, 0) / graph.nodes).toBeCloseTo(clustering_mean, 9)
    }
  })

  it.skipIf(!metricFixtures)("takes less than 5 s for 168 block-model graphs", async () => {
    const graphs = (await graphData("sbm")).graphs.slice(0, 168)
    const began = process.cpuUsage()
    for (const graph of graphs) graphletCounts(graph)
    expect(process.cpuUsage(began).user / 1e6).toBeLessThan(5)
  })
})
