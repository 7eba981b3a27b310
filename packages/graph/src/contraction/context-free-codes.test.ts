import path from "node:path"
import { randomStream } from "@scalewise/nn"
import { sharedFolder } from "@scalewise/nn/testing"
import { describe, expect, it } from "vitest"
import { readGraphs } from "../data/read-graphs.ts"
import { isConnected, packedGraph } from "../graph/packed-graph.ts"
import { contextFreeCodes } from "./context-free-codes.ts"
import { contractionPyramid } from "./contraction-pyramid.ts"

const shared = sharedFolder()

describe("contextFreeCodes", () => {
  it("counts the bits of every code", () => {
    // A path of three: two nodes, one of which splits, and one edge with two pairs of which one is there
    const { levels, ...path3 } = contractionPyramid(packedGraph(3, [0, 1, 1, 2]), randomStream(1))
    const found = contextFreeCodes([{ ...path3, levels: levels.slice(1) }])
    expect(found).toEqual({ pairs: 1, patterns: 0, patternsWithoutRoles: 1 / 2, splits: 1 })
  })

  // The rows were measured with another program on the same graphs: independent pairs, joint patterns, split codes, in bits for each edge.
  // Small graphs have few codes: two programs differ by their matchings.
  it.skipIf(!shared).each([
    ["tree64", 3.61, 1.98, 1.21, 0.05],
    ["planar64", 3.34, 2.93, 0.24, 0.05],
    ["sbm", 4.23, 3.86, 0.09, 0.05],
    ["community_small", 1.96, 1.81, 0.32, 0.09],
    ["ego_small", 2.35, 1.73, 1.15, 0.09],
  ])("has the known values for %s", async (name, pairs, patterns, splits, tolerance) => {
    const { graphs, splits: parts } = await readGraphs(path.join(shared!, "data", "graph", `${name}.jsonl.gz`))
    const train = graphs.filter((graph, i) => parts[i] === "train" && isConnected(graph))
    const random = randomStream(5)
    const found = contextFreeCodes(train.map((graph, i) => contractionPyramid(graph, random.fold(i))))
    expect(Math.abs(found.pairs - pairs)).toBeLessThan(tolerance)
    expect(Math.abs(found.patternsWithoutRoles - patterns)).toBeLessThan(tolerance)
    expect(Math.abs(found.splits - splits)).toBeLessThan(tolerance)
    // Roles tell of the pattern
    expect(found.patterns).toBeLessThan(found.patternsWithoutRoles)
  })
})
