import { expect, it } from "vitest"
import { packedGraph } from "../graph/packed-graph.ts"
import { graphData, metricFixtures, splitOf } from "../testing/metric-fixtures.ts"
import { graphValidity, type ValidityRule } from "./graph-validity.ts"

it("asks planar graphs and trees for one component", () => {
  expect(graphValidity(packedGraph(3, [0, 1, 1, 2]))).toEqual({ connected: true, planar: true, tree: true, sbm: false })
  expect(graphValidity(packedGraph(3, [0, 1, 1, 2, 0, 2]))).toEqual({ connected: true, planar: true, tree: false, sbm: false })
  expect(graphValidity(packedGraph(4, [0, 1, 1, 2, 0, 2]))).toEqual({ connected: false, planar: false, tree: false, sbm: false })
  expect(graphValidity(packedGraph(0, []))).toEqual({ connected: false, planar: false, tree: false, sbm: false })
})

it.skipIf(!metricFixtures)(
  "accepts each set by its own rule",
  async () => {
    const share = async (name: string, rule: ValidityRule) => {
      const test = splitOf(await graphData(name), "test")
      return test.filter((graph) => graphValidity(graph)[rule]).length / test.length
    }
    expect(await share("tree64", "tree")).toBe(1)
    expect(await share("planar64", "planar")).toBe(1)
    expect(await share("sbm", "sbm")).toBe(0.9)
    expect(await share("community_small", "tree")).toBe(0)
  },
  120_000,
)
