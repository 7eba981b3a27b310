import { randomStream } from "@scalewise/nn"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { degreesOf, edgeCount, isConnected, packedGraph, type PackedGraph } from "../../graph/packed-graph.ts"
import { isomorphismClasses } from "../../metrics/isomorphism.ts"
import { isPlanar } from "../../metrics/planarity.ts"
import { blockGraph } from "./block-graph.ts"
import { communityGraph } from "./community-graph.ts"
import { egoGraphs } from "./ego-graphs.ts"
import { generatedDataset, generatedDatasetNames } from "./generated-dataset.ts"
import { gridGraph } from "./grid-graph.ts"
import { lobsterGraph } from "./lobster-graph.ts"
import { planarGraph } from "./planar-graph.ts"
import { treeGraph } from "./tree-graph.ts"

const many = (count: number, make: (i: number) => PackedGraph): PackedGraph[] => Array.from({ length: count }, (_, i) => make(i))
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const random = randomStream(3)
const isTree = (graph: PackedGraph): boolean => isConnected(graph) && edgeCount(graph) === graph.nodes - 1

describe("generators", () => {
  it("planar: connected triangulations with as many edges as the published ones", () => {
    const graphs = many(100, (i) => planarGraph(64, random.fold(i)))
    expect(graphs.every((graph) => isConnected(graph) && isPlanar(graph))).toBe(true)
    // Published: 173 to 181, mean 177.84 over 200 graphs
    expect(mean(graphs.map(edgeCount))).toBeGreaterThan(177)
    expect(mean(graphs.map(edgeCount))).toBeLessThan(178.7)
    for (const nodes of [1, 2, 3, 4]) expect(isConnected(planarGraph(nodes, random))).toBe(true)
  })

  it("tree: uniform among labelled trees", () => {
    const counts = new Map<string, number>()
    for (let i = 0; i < 4000; i++) {
      const key = treeGraph(4, random.fold(i)).edges.join()
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    expect(counts.size).toBe(16)
    // Chi-squared with 15 degrees of freedom: 0.1 % are above 37.7
    expect([...counts.values()].reduce((sum, count) => sum + (count - 250) ** 2 / 250, 0)).toBeLessThan(37.7)
    fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), (nodes, seed) => isTree(treeGraph(nodes, randomStream(seed)))))
  })

  it("sbm: blocks of 20 to 40, dense inside and sparse between, at any size", () => {
    const graphs = many(60, (i) => blockGraph(undefined, random.fold(i)))
    // Published: 44 to 187 nodes, mean 104.01, and 500.41 edges
    expect(Math.min(...graphs.map(({ nodes }) => nodes))).toBeGreaterThanOrEqual(40)
    expect(Math.max(...graphs.map(({ nodes }) => nodes))).toBeLessThanOrEqual(200)
    expect(mean(graphs.map(edgeCount)) / mean(graphs.map(({ nodes }) => nodes))).toBeCloseTo(4.8, 0)
    expect(mean(many(40, (i) => blockGraph(40, random.fold(i))).map(edgeCount))).toBeGreaterThan(110)
    for (const nodes of [20, 41, 64, 1000]) expect(blockGraph(nodes, random.fold(nodes)).nodes).toBe(nodes)
    expect(() => blockGraph(19, random)).toThrow("blocks of 20 to 40 make, got 19; try 20")
  })

  it("community: two dense halves that hang together", () => {
    const graphs = many(200, (i) => communityGraph(undefined, random.fold(i)))
    expect(graphs.every(isConnected)).toBe(true)
    expect(new Set(graphs.map(({ nodes }) => nodes))).toEqual(new Set([12, 14, 16, 18, 20]))
    // Published: means of 15.28 nodes and 35.15 edges
    expect(Math.abs(mean(graphs.map(edgeCount)) - 36)).toBeLessThan(3)
    for (const nodes of [1, 2, 3, 31]) expect(communityGraph(nodes, random).nodes).toBe(nodes)
    expect(isConnected(communityGraph(3, random))).toBe(true)
  })

  it("ego: nets around one paper, like those of Citeseer", () => {
    const graphs = egoGraphs(400, undefined, random)
    expect(graphs.every((graph) => degreesOf(graph).includes(graph.nodes - 1))).toBe(true)
    expect(graphs.every(({ nodes }) => nodes >= 4 && nodes <= 18)).toBe(true)
    // Published: 6.41 nodes, 8.70 edges, a third are stars
    expect(Math.abs(mean(graphs.map(({ nodes }) => nodes)) - 6.4)).toBeLessThan(0.6)
    expect(Math.abs(mean(graphs.map(edgeCount)) - 8.7)).toBeLessThan(1.8)
    expect(Math.abs(mean(graphs.map((graph) => Number(isTree(graph)))) - 1 / 3)).toBeLessThan(0.1)
    expect(egoGraphs(3, 40, random).map(({ nodes }) => nodes)).toEqual([40, 40, 40])
    expect(() => egoGraphs(2, 100_000, random)).toThrow("expected a size that 2 of 53232 papers have, got 100000 nodes")
  })

  it("grid and lobster", () => {
    const grid = gridGraph(12, random)
    expect([grid.nodes, edgeCount(grid)]).toEqual([12, 17])
    expect(edgeCount(gridGraph(7, random))).toBe(6)
    for (const { nodes } of many(50, (i) => gridGraph(undefined, random.fold(i)))) expect(nodes >= 100 && nodes <= 361).toBe(true)
    for (const nodes of [1, 2, 11, 200])
      expect(isTree(lobsterGraph(nodes, random)) && lobsterGraph(nodes, random).nodes === nodes).toBe(true)
    for (const lobster of many(30, (i) => lobsterGraph(undefined, random.fold(i)))) {
      expect(isTree(lobster) && lobster.nodes >= 10 && lobster.nodes <= 100).toBe(true)
      // Without leaves twice, a path is left
      const pruned = withoutLeaves(withoutLeaves(lobster))
      expect(Math.max(0, ...degreesOf(pruned))).toBeLessThanOrEqual(2)
    }
  })
})

function withoutLeaves(graph: PackedGraph): PackedGraph {
  const degrees = degreesOf(graph)
  const pairs: number[] = []
  for (let e = 0; e < edgeCount(graph); e++) {
    const [u, v] = [graph.edges[2 * e]!, graph.edges[2 * e + 1]!]
    if (degrees[u]! > 1 && degrees[v]! > 1) pairs.push(u, v)
  }
  return packedGraph(graph.nodes, pairs)
}

describe("generatedDataset", () => {
  it.each(generatedDatasetNames)("%s: divided in three, the same from the same stream", (name) => {
    const make = (seed: number) => generatedDataset(name, { count: 25, random: randomStream(seed) }).splits
    const { train, validation, test } = make(1)
    expect([train.length, validation.length, test.length]).toEqual([16, 4, 5])
    expect(make(1)).toEqual({ train, validation, test })
    expect(make(2).train).not.toEqual(train)
  })

  it("gives graph i whatever the count, every graph of the size asked for, in random order", () => {
    const tree = (count: number) => Object.values(generatedDataset("tree", { count, nodes: 9, random }).splits).flat()
    expect(tree(20).slice(0, 5)).toEqual(tree(5))
    expect(new Set(tree(20).map(({ nodes }) => nodes))).toEqual(new Set([9]))
    const grids = Object.values(generatedDataset("grid", { count: 4, nodes: 30, random }).splits).flat()
    expect(new Set(grids.map(({ edges }) => edges.join())).size).toBe(4)
    expect([...isomorphismClasses(grids)]).toEqual([0, 0, 0, 0])
  })

  it("keeps the largest components where connected graphs are asked for", () => {
    const graphs = (largestComponent: boolean) =>
      Object.values(generatedDataset("erdos-renyi", { count: 20, random, largestComponent }).splits).flat()
    expect(graphs(false).every(isConnected)).toBe(false)
    expect(graphs(true).every(isConnected)).toBe(true)
    expect(graphs(true).every(({ nodes }, i) => nodes <= graphs(false)[i]!.nodes && nodes > 40)).toBe(true)
  })

  it("refuses other names, too few graphs, no nodes", () => {
    expect(() => generatedDataset("trees" as "tree", { random })).toThrow(/expected one of planar, .* got "trees"/)
    expect(() => generatedDataset("tree", { count: 2, random })).toThrow("at least 3 graphs, one for each part, got 2")
    expect(() => generatedDataset("tree", { nodes: 0.5, random })).toThrow("at least one node, got 0.5")
  })
})
