import { randomStream } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { gridGraph } from "../data/generators/grid-graph.ts"
import { lobsterGraph } from "../data/generators/lobster-graph.ts"
import { planarGraph } from "../data/generators/planar-graph.ts"
import { treeGraph } from "../data/generators/tree-graph.ts"
import { edgeCount, packedGraph, type PackedGraph } from "../graph/packed-graph.ts"
import { countCrossings } from "./crossings.ts"
import { forceAtlas } from "./force-atlas.ts"
import { forceLayout } from "./force-layout.ts"

const lengths = ({ edges }: PackedGraph, places: Float64Array): number[] =>
  Array.from({ length: edges.length / 2 }, (_, e) => {
    const [u, v] = [edges[2 * e]!, edges[2 * e + 1]!]
    return Math.hypot(places[2 * u]! - places[2 * v]!, places[2 * u + 1]! - places[2 * v + 1]!)
  })

describe("forceLayout", () => {
  it("unfolds a grid: no crossings, edges of one length", () => {
    const grid = gridGraph(48, randomStream(0))
    const places = forceLayout(grid)
    expect(countCrossings(grid, places)).toBe(0)
    for (const length of lengths(grid, places)) expect(Math.abs(length - 1)).toBeLessThan(0.25)
  })

  it("draws trees and planar graphs without crossings", () => {
    const random = randomStream(6)
    for (let i = 0; i < 3; i++)
      for (const graph of [treeGraph(40, random.fold(i)), lobsterGraph(40, random.fold(i)), planarGraph(40, random.fold(i))])
        expect(countCrossings(graph, forceLayout(graph, { random: random.fold(i) }))).toBe(0)
  })

  it("gives the same places for the same stream, others for another", () => {
    const graph = planarGraph(20, randomStream(2))
    expect(forceLayout(graph)).toEqual(forceLayout(graph))
    expect(forceLayout(graph, { random: randomStream(1) })).not.toEqual(forceLayout(graph))
  })

  it("places single nodes, graphs that are not planar, and apart what is not connected", () => {
    expect(forceLayout(packedGraph(0, []))).toHaveLength(0)
    expect([...forceLayout(packedGraph(1, []))].every(Number.isFinite)).toBe(true)
    const pairs = Array.from({ length: 36 }, (_, i) => [Math.floor(i / 6), i % 6]).filter(([u, v]) => u! < v!)
    expect([...forceLayout(packedGraph(6, pairs.flat()))].every(Number.isFinite)).toBe(true)
    const two = packedGraph(6, [0, 1, 1, 2, 3, 4, 4, 5])
    const places = forceLayout(two)
    const across = lengths(packedGraph(6, [0, 3, 1, 4, 2, 5]), places)
    expect(Math.min(...across)).toBeGreaterThan(1)
    expect(edgeCount(two)).toBe(4)
  })
})

it("countCrossings counts pairs of edges that cross, not those that share a node", () => {
  const square = Float64Array.from([0, 0, 1, 0, 1, 1, 0, 1])
  expect(countCrossings(packedGraph(4, [0, 2, 1, 3]), square)).toBe(1)
  expect(countCrossings(packedGraph(4, [0, 1, 2, 3, 0, 2]), square)).toBe(0)
})

it("forceAtlas draws neighbours together and pushes others away, the same every time", () => {
  const graph = packedGraph(4, [0, 1, 2, 3])
  const start = Float64Array.from([0, 0, 10, 1, 0, 2, 10, 3])
  const settings = { scalingRatio: 1, gravity: 0.05, slowDown: 2 }
  const places = forceAtlas(graph, start, 200, settings)
  const [a, b] = lengths(graph, places)
  const [c, d] = lengths(packedGraph(4, [0, 2, 1, 3]), places)
  expect(Math.max(a!, b!)).toBeLessThan(Math.min(c!, d!))
  expect(forceAtlas(graph, start, 200, settings)).toEqual(places)
})
