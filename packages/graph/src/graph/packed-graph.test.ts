import { describe, expect, it } from "vitest"
import { adjacencyOf, componentsOf, degreesOf, isConnected, packedGraph, relabelled } from "./packed-graph.ts"

const path = packedGraph(4, [2, 1, 3, 2, 0, 1], { nodeLabels: [7, 8, 9, 6], edgeLabels: [1, 2, 3] })

describe("packedGraph", () => {
  it("sorts edges and takes their labels along", () => {
    expect([...path.edges]).toEqual([0, 1, 1, 2, 2, 3])
    expect([...path.edgeLabels!]).toEqual([3, 1, 2])
  })

  it("refuses what is not a simple graph", () => {
    expect(() => packedGraph(2, [1, 1])).toThrow("no self-loops, got 1-1")
    expect(() => packedGraph(2, [0, 1, 1, 0])).toThrow("0-1 twice")
    expect(() => packedGraph(2, [0, 2])).toThrow("between the nodes 0 to 1, got 0-2")
    expect(() => packedGraph(2, [0, 1], { nodeLabels: [1] })).toThrow("one label for each of 2 nodes")
  })
})

it("adjacencyOf lists neighbours in ascending order with the edges that lead there", () => {
  const { offsets, neighbours, edgeOf } = adjacencyOf(packedGraph(4, [3, 0, 1, 0, 2, 0, 1, 2]))
  expect([...offsets]).toEqual([0, 3, 5, 7, 8])
  expect([...neighbours]).toEqual([1, 2, 3, 0, 2, 0, 1, 0])
  expect([...edgeOf]).toEqual([0, 1, 2, 0, 3, 1, 3, 2])
})

it("relabelled moves nodes, edges and labels together, and back", () => {
  const moved = relabelled(path, [2, 0, 3, 1])
  expect([...moved.edges]).toEqual([0, 2, 0, 3, 1, 3])
  expect([...moved.nodeLabels!]).toEqual([8, 6, 7, 9])
  expect([...moved.edgeLabels!]).toEqual([3, 1, 2])
  expect(relabelled(moved, [1, 3, 0, 2])).toEqual(path)
})

it("tells components and degrees", () => {
  const graph = packedGraph(5, [0, 3, 1, 4])
  expect(componentsOf(graph)).toEqual({ component: Int32Array.from([0, 1, 2, 0, 1]), count: 3 })
  expect([...degreesOf(graph)]).toEqual([1, 1, 0, 1, 1])
  expect([isConnected(graph), isConnected(path), isConnected(packedGraph(0, []))]).toEqual([false, true, false])
})
