import { describe, expect, it } from "vitest"
import { packedGraph } from "../graph/packed-graph.ts"
import { graphData, metricFixtures } from "../testing/metric-fixtures.ts"
import { descriptorNames, graphDescriptors, type DescriptorName, type GraphDescriptors } from "./graph-descriptors.ts"
import { graphMmd, kernelMatrix, kernelMean, mmdKernels } from "./mmd.ts"

const names: Record<string, DescriptorName> = { deg: "degree", clus: "clustering", orb: "orbit", spec: "spectral", wav: "wavelet" }

/** Descriptors of a file's training and test graphs; computed once, whichever field names the splits. */
async function trainAndTest(name: string, field?: string): Promise<[GraphDescriptors[], GraphDescriptors[]]> {
  const { graphs, splits } = await graphData(name, field)
  const known = described.get(name) ?? []
  described.set(name, known)
  const of = (split: string) => graphs.flatMap((graph, i) => (splits[i] === split ? (known[i] ??= graphDescriptors(graph)) : []))
  return [of("train"), of("test")]
}
const described = new Map<string, GraphDescriptors[]>()

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
    60_000,
  )

  it.skipIf(!metricFixtures)(
    "gives the published training rows of the block-model and tree sets",
    async () => {
      const published = { sbm: [0.0008, 0.0332, 0.0255, 0.0027, 0.0007], tree64: [0.0001, 0, 0, 0.0074, 0.003] }
      for (const [name, row] of Object.entries(published)) {
        const [train, test] = await trainAndTest(name)
        for (const [i, descriptor] of descriptorNames.entries())
          expect(Number(graphMmd(train, test, descriptor, "tv")!.toFixed(4)), `${name} ${descriptor}`).toBe(row[i])
      }
    },
    60_000,
  )
})
