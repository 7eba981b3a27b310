import { randomStream } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { packedGraph, relabelled, type PackedGraph } from "../graph/packed-graph.ts"
import { graphData, metricFixtures } from "../testing/metric-fixtures.ts"
import { isIsomorphic, isomorphismClasses } from "./isomorphism.ts"

const random = randomStream("isomorphism")
const renamed = (graph: PackedGraph, seed: number): PackedGraph => relabelled(graph, random.fold(seed).permutation(graph.nodes))

const cycles = (...lengths: number[]): PackedGraph => {
  const ends: number[] = []
  let first = 0
  for (const length of lengths) {
    for (let i = 0; i < length; i++) ends.push(first + i, first + ((i + 1) % length))
    first += length
  }
  return packedGraph(first, ends)
}

/** Nodes of a 4 x 4 torus, joined where `joined` says so of the difference of rows and columns. */
const torus = (joined: (row: number, column: number) => boolean): PackedGraph => {
  const ends: number[] = []
  for (let u = 0; u < 16; u++)
    for (let v = u + 1; v < 16; v++) if (joined(((v >> 2) - (u >> 2) + 4) % 4, ((v % 4) - (u % 4) + 4) % 4)) ends.push(u, v)
  return packedGraph(16, ends)
}

/** Every labelled graph on n nodes. */
const everyGraph = (nodes: number): PackedGraph[] => {
  const pairs: [number, number][] = []
  for (let v = 1; v < nodes; v++) for (let u = 0; u < v; u++) pairs.push([u, v])
  return Array.from({ length: 2 ** pairs.length }, (_, mask) =>
    packedGraph(
      nodes,
      pairs.flatMap((pair, bit) => (mask & (1 << bit) ? pair : [])),
    ),
  )
}

describe("isIsomorphic", () => {
  it("accepts renamed graphs with their labels, however symmetric", () => {
    const rook = torus((row, column) => (row === 0) !== (column === 0))
    const star = packedGraph(60, Array.from({ length: 59 }, (_, i) => [0, i + 1]).flat())
    const molecule = packedGraph(6, [0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 0, 5], {
      nodeLabels: [0, 0, 1, 0, 0, 0],
      edgeLabels: [2, 1, 1, 2, 1, 2],
    })
    for (const [seed, graph] of [
      rook,
      star,
      molecule,
      cycles(3, 3, 3, 3, 3, 3, 3, 5),
      cycles(9),
      packedGraph(0, []),
      packedGraph(4, []),
    ].entries())
      expect(isIsomorphic(graph, renamed(graph, seed))).toBe(true)
  })

  it("tells apart what colours alone cannot", () => {
    expect(isIsomorphic(cycles(6), cycles(3, 3))).toBe(false)
    // Both are strongly regular with parameters (16, 6, 2, 2)
    const rook = torus((row, column) => (row === 0) !== (column === 0))
    const shrikhande = torus((row, column) => ["01", "03", "10", "30", "11", "33"].includes(`${row}${column}`))
    expect(isIsomorphic(rook, shrikhande)).toBe(false)
    // Equal components must not be tried in every order
    expect(isIsomorphic(cycles(3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 6), cycles(3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3))).toBe(false)
  })

  it("respects labels of nodes and edges, and whether there are any", () => {
    const path = (nodeLabels: number[], edgeLabels: number[]) => packedGraph(3, [0, 1, 1, 2], { nodeLabels, edgeLabels })
    expect(isIsomorphic(path([1, 0, 2], [0, 1]), path([2, 0, 1], [1, 0]))).toBe(true)
    expect(isIsomorphic(path([1, 0, 2], [0, 1]), path([2, 0, 1], [0, 1]))).toBe(false)
    expect(isIsomorphic(path([1, 0, 2], [0, 1]), path([0, 1, 2], [0, 1]))).toBe(false)
    expect(isIsomorphic(packedGraph(3, [0, 1]), packedGraph(3, [0, 1], { nodeLabels: [0, 0, 0] }))).toBe(false)
  })
})

describe("isomorphismClasses", () => {
  it("counts the unlabelled graphs on up to 5 nodes", () => {
    for (const [nodes, classes] of [1, 1, 2, 4, 11, 34].entries()) {
      const labels = isomorphismClasses(everyGraph(nodes))
      expect(new Set(labels).size).toBe(classes)
      expect(Math.max(...labels)).toBe(classes - 1)
    }
  })

  it.skipIf(!metricFixtures)("finds the classes that networkx finds", async () => {
    for (const [name, { classes, label }] of Object.entries(metricFixtures!.isomorphism_classes)) {
      const { graphs } = await graphData(name)
      const found = isomorphismClasses(graphs)
      expect([...found], name).toEqual(label)
      expect(new Set(found).size).toBe(classes)
    }
  })

  it.skipIf(!metricFixtures)("finds duplicates of Ego-small, and none among trees", async () => {
    expect(new Set(isomorphismClasses((await graphData("ego_small")).graphs)).size).toBe(82)
    expect(new Set(isomorphismClasses((await graphData("tree64")).graphs)).size).toBe(200)
  })
})
