import { expect, it } from "vitest"
import { packedGraph } from "../graph/packed-graph.ts"
import { graphData, metricFixtures } from "../testing/metric-fixtures.ts"
import { describeGraph } from "./describe-graph.ts"

it("describes a triangle with a tail, and nothing", () => {
  expect(describeGraph(packedGraph(4, [0, 1, 0, 2, 1, 2, 2, 3]))).toMatchObject({
    nodes: 4,
    edges: 4,
    degreeHistogram: [0, 1, 2, 1],
    triangles: 1,
    clustering: (1 + 1 + 1 / 3) / 4,
    connected: true,
    planar: true,
  })
  expect(describeGraph(packedGraph(0, []))).toMatchObject({ degreeHistogram: [], laplacianSpectrum: [], clustering: 0, connected: false })
})

it("refuses a graph whose matrices would fill the memory", () => {
  expect(() => describeGraph(packedGraph(50_000, [0, 1]))).toThrow("at most 4096 nodes, got 50000, whose matrices take 80.0 GB")
})

it.skipIf(!metricFixtures)("equals what networkx and NumPy say of the fixtures", async () => {
  for (const expected of metricFixtures!.descriptors) {
    const found = describeGraph((await graphData(expected.file)).graphs[expected.id]!)
    expect(found).toMatchObject({
      degreeHistogram: expected.degree_hist,
      orbitTotals: expected.orbit_total,
      triangles: expected.triangles,
      connected: expected.connected,
      planar: expected.planar,
      clustering: expect.closeTo(expected.clustering_mean, 9),
    })
    for (const [k, value] of (expected.laplacian_eigs ?? []).entries()) expect(found.laplacianSpectrum[k]).toBeCloseTo(value, 7)
  }
})
