import { describe, expect, it } from "vitest"
import { packedGraph } from "../graph/packed-graph.ts"
import { graphData, metricFixtures } from "../testing/metric-fixtures.ts"
import { degreeHistogram, graphDescriptors } from "./graph-descriptors.ts"
import { laplacianSpectrum } from "./laplacian-spectrum.ts"

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0)

describe("graphDescriptors", () => {
  it("are distributions, but for orbits", () => {
    const { degree, clustering, orbit, spectral, wavelet } = graphDescriptors(packedGraph(4, [0, 1, 1, 2, 0, 2]))
    for (const shares of [degree!, clustering!, spectral!, wavelet!]) expect(sum(shares)).toBeCloseTo(1, 5)
    expect([...degree!].map((share) => Math.round(share * 4))).toEqual([1, 0, 3])
    expect([clustering![0], clustering![99]]).toEqual([1 / (4 + 1e-6), 3 / (4 + 1e-6)])
    expect(orbit![3]).toBe(3 / 4)
    expect([degree!.length, clustering!.length, orbit!.length, spectral!.length, wavelet!.length]).toEqual([3, 100, 15, 200, 1200])
  })

  it("keep the eigenvalue 2 of bipartite graphs", () => {
    for (let nodes = 2; nodes < 40; nodes++) {
      const path = packedGraph(nodes, Array.from({ length: nodes - 1 }, (_, i) => [i, i + 1]).flat())
      expect(graphDescriptors(path).spectral![199]! * (1 + 1e-6)).toBeGreaterThanOrEqual(1 / nodes - 1e-12)
    }
  })

  it("of an empty graph are orbits alone", () => {
    const { orbit, ...others } = graphDescriptors(packedGraph(0, []))
    expect(sum(orbit!)).toBe(0)
    expect(Object.values(others)).toEqual([undefined, undefined, undefined, undefined])
  })

  it.skipIf(!metricFixtures)("start from the degrees and eigenvalues of the fixtures", async () => {
    for (const { file, id, degree_hist, laplacian_eigs } of metricFixtures!.descriptors) {
      const graph = (await graphData(file)).graphs[id]!
      expect([...degreeHistogram(graph)], `${file} ${id}`).toEqual(degree_hist)
      if (!laplacian_eigs) continue // given for the smaller graphs
      const { values } = laplacianSpectrum(graph)
      expect(values).toHaveLength(laplacian_eigs.length)
      for (const [k, value] of laplacian_eigs.entries()) expect(Math.abs(values[k]! - value)).toBeLessThan(1e-8)
    }
  })
})
