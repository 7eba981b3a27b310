import { describe, expect, it } from "vitest"
import { packedGraph } from "../graph/packed-graph.ts"
import { metricFixtures, trainAndTest } from "../testing/metric-fixtures.ts"
import { descriptorNames, graphDescriptors, type DescriptorName } from "./graph-descriptors.ts"
import { graphMmd, kernelMatrix, kernelMean, mmdKernels } from "./mmd.ts"

const names: Record<string, DescriptorName> = { deg: "degree", clus: "clustering", orb: "orbit", spec: "spectral", wav: "wavelet" }

const path = (nodes: number) => packedGraph(nodes, Array.from({ length: nodes - 1 }, (_, i) => [i, i + 1]).flat())

describe("kernels", () => {
  it("follow from their distances", () => {
    const [a, b] = [Float64Array.from([1]), Float64Array.from([0, 0.5, 0.5])]
    const valueOf = (convention: "tv" | "emd", name: DescriptorName) => kernelMatrix([a], [b], mmdKernels[convention][name]!).values[0]
    expect(valueOf("tv", "degree")).toBe(Math.exp(-1 / 2))
    expect(valueOf("emd", "degree")).toBe(Math.exp(-(1.5 ** 2) / 2)) // half moves by 1, half by 2
    expect(valueOf("emd", "clustering")).toBeCloseTo(Math.exp(-(0.015 ** 2) / 0.02), 12)
  })

  it("average over chosen rows and columns, with repetition", () => {
    const matrix = { rows: 2, columns: 3, values: Float64Array.from([1, 2, 3, 4, 5, 6]) }
    expect(kernelMean(matrix)).toBe(3.5)
    expect(kernelMean(matrix, [1, 1, 0], [2])).toBe(5)
  })
})

describe("graphMmd", () => {
  it("is zero between equal sets and undefined where there is nothing to compare", () => {
    const set = [path(3), path(5)].map(graphDescriptors)
    for (const name of descriptorNames) expect(graphMmd(set, set, name, "tv")).toBeCloseTo(0, 14)
    expect(graphMmd(set, [], "degree", "tv")).toBeUndefined()
    expect(graphMmd(set, set, "wavelet", "emd")).toBeUndefined()
    expect(graphMmd(set, [graphDescriptors(packedGraph(0, []))], "degree", "tv")).toBeUndefined()
  })

  it.skipIf(!metricFixtures)(
    "reproduces all fixtures of train against test",
    async () => {
      for (const [key, conventions] of Object.entries(metricFixtures!.mmd_train_vs_test)) {
        const [name, field] = key.split(":")
        const [train, test] = await trainAndTest(name!, field)
        for (const convention of ["tv", "emd"] as const)
          for (const [short, expected] of Object.entries(conventions[`gaussian_${convention}`])) {
            const found = graphMmd(train, test, names[short]!, convention)!
            // The fixtures lost eigenvalues of trees that rounding had put above 2 (0.00739 instead of 0.00735): equal in published digits
            if (key === "tree64:split" && short === "spec")
              expect(Math.abs(found - expected)).toBeLessThan(convention === "tv" ? 5e-5 : 3e-4)
            else expect(found, `${key} ${convention} ${short}`).toBeCloseTo(expected, 11)
          }
      }
    },
    120_000,
  )
})
