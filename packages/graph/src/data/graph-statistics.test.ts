import path from "node:path"
import { sharedFolder } from "@scalewise/nn/testing"
import { describe, expect, it } from "vitest"
import { packedGraph, relabelled } from "../graph/packed-graph.ts"
import { duplicateStatistics } from "./duplicate-statistics.ts"
import { graphStatistics } from "./graph-statistics.ts"
import { readGraphs } from "./read-graphs.ts"

describe("graphStatistics", () => {
  it("counts sizes, degrees, components, trees, crossings and labels", () => {
    const star = packedGraph(4, [0, 1, 0, 2, 0, 3], { nodeLabels: [1, 0, 0, 0], edgeLabels: [0, 0, 0] })
    const loose = packedGraph(2, [], { nodeLabels: [1, 1], edgeLabels: [] })
    const pairs = Array.from({ length: 25 }, (_, i) => [Math.floor(i / 5), i % 5]).filter(([u, v]) => u! < v!)
    const k5 = packedGraph(5, pairs.flat(), { nodeLabels: [0, 0, 0, 0, 0], edgeLabels: pairs.map(() => 0) })
    expect(graphStatistics([star, loose, k5], { nodes: ["a", "b"], edges: ["x", "y"] })).toEqual({
      count: 3,
      nodes: { min: 2, mean: 11 / 3, max: 5 },
      edges: { min: 0, mean: 13 / 3, max: 10 },
      degree: { min: 0, mean: 26 / 11, max: 4 },
      degrees: [2, 3, 0, 1, 5],
      connected: 2,
      trees: 1,
      planar: 2,
      isolatedNodes: 2,
      nodeLabels: [8, 3],
      edgeLabels: [13, 0],
    })
    expect(graphStatistics([], { nodes: [], edges: [] })).toMatchObject({ count: 0, nodes: { min: 0, max: 0 }, degree: { max: 0 } })
  })
})

describe("duplicateStatistics", () => {
  it("counts what comes again inside a part and in another", () => {
    const path3 = packedGraph(3, [0, 1, 1, 2])
    const same = relabelled(path3, [1, 0, 2])
    const edge = packedGraph(2, [0, 1])
    expect(duplicateStatistics({ train: [path3, edge, same], test: [same, packedGraph(1, [])] })).toEqual({
      distinct: 3,
      parts: { train: { distinct: 2, alsoIn: { test: 2 } }, test: { distinct: 2, alsoIn: { train: 1 } } },
    })
  })

  it.skipIf(!sharedFolder())("finds the duplicates of the published Community-small", async () => {
    const { graphs, splits } = await readGraphs(path.join(sharedFolder()!, "data/graph/community_small.jsonl.gz"))
    const part = (name: string) => graphs.filter((_, i) => splits[i] === name)
    const { distinct, parts } = duplicateStatistics({ train: part("train"), test: part("test") })
    expect([distinct, parts["test"]!.alsoIn["train"]]).toEqual([52, 10])
  })
})
