import { describe, expect, it } from "vitest"
import { toGraphology } from "../graph/graphology.ts"
import { packedGraph } from "../graph/packed-graph.ts"
import { graphData, metricFixtures, splitOf } from "../testing/metric-fixtures.ts"
import { evaluateGraphs } from "./evaluate-graphs.ts"

const scoreKeys = ["count", "mmd", "ratio", "connected", "planar", "tree", "sbmValid", "unique", "novel", "vun", "isomorphicToTrain", "pgd"]
const statistics = ["degree", "clustering", "orbit", "spectral", "wavelet"]

describe("evaluateGraphs", () => {
  it.skipIf(!metricFixtures)(
    "exposes a copier, beside floors and baselines",
    async () => {
      const file = await graphData("community_small")
      const [train, reference] = [splitOf(file, "train"), splitOf(file, "test")]
      const stages: string[] = []
      const found = evaluateGraphs(train.slice(0, 20), { reference, train, floorDraws: 5, onStage: (stage) => stages.push(stage) })
      expect(Object.keys(found).sort()).toEqual([...scoreKeys, "floors", "baselines"].sort())
      expect(Object.keys(found.mmd.tv)).toEqual(statistics)
      expect(Object.keys(found.mmd.emd)).toEqual(statistics.slice(0, 4))
      expect(found).toMatchObject({ count: 20, connected: 1, novel: 0, vun: 0, isomorphicToTrain: 1 })
      expect(found.unique).toBeLessThan(1)
      const { floors, baselines } = found
      expect(floors.reference).toMatchObject({ count: 20, isomorphicToTrain: 0.5 }) // half of the test graphs are training graphs too
      expect(floors.train).toMatchObject({ count: 80, mmd: { emd: { degree: expect.closeTo(0.003383903509515118, 10) } } })
      expect(floors.perfect.map(({ count, draws }) => [count, draws])).toEqual([
        [20, 5],
        [200, 5],
      ])
      expect(Object.keys(baselines!.erdosRenyi).sort()).toEqual([...scoreKeys].sort())
      // A block model knows communities, density alone does not
      expect(baselines!.erdosRenyi.ratio!).toBeGreaterThan(2 * baselines!.blockResample.ratio!)
      expect(baselines!.blockResample.ratio!).toBeGreaterThan(floors.perfect[0]!.ratio!.mean)
      expect(baselines!.erdosRenyi.pgd!).toBeGreaterThan(0.6)
      expect(stages).toEqual(["reference", "training graphs", "floors", "isomorphism", "samples", "baselines"])
    },
    120_000,
  )

  it.skipIf(!metricFixtures)(
    "gives graphology instances the scores of packed graphs, and the same ones every time",
    async () => {
      const file = await graphData("ego_small")
      const [train, reference] = [splitOf(file, "train").slice(0, 30), splitOf(file, "test").slice(0, 16)]
      const samples = splitOf(file, "train").slice(30, 50)
      const packed = evaluateGraphs(samples, { reference, train, floorDraws: 2, validity: "tree" })
      const instances = (graphs: typeof train) => graphs.map((graph) => toGraphology(graph))
      const found = evaluateGraphs(instances(samples), {
        reference: instances(reference),
        train: instances(train),
        floorDraws: 2,
        validity: "tree",
      })
      expect(found).toEqual(packed)
      expect(packed.vun).toBeLessThanOrEqual(packed.tree)
      expect(packed.floors.validity).toBe("tree")
    },
    120_000,
  )

  it("needs no training graphs, and says null of what it cannot know", () => {
    const [path, triangle] = [packedGraph(3, [0, 1, 1, 2]), packedGraph(3, [0, 1, 1, 2, 0, 2])]
    const found = evaluateGraphs([path, path, triangle, packedGraph(2, [])], { reference: [path, triangle] })
    expect(found).toMatchObject({
      count: 4,
      connected: 0.75,
      tree: 0.5,
      unique: 0.75,
      novel: null,
      vun: null,
      isomorphicToTrain: null,
      ratio: null,
      pgd: null,
      baselines: null,
      floors: { train: null, perfect: [], pgd: null, compared: { samples: 4, reference: 2, train: 0 } },
    })
    expect(found.mmd.tv.degree).toBeGreaterThan(0)
  })

  it("counts V.U.N. as valid, not repeated and not known", () => {
    const [path, star, cycle] = [
      packedGraph(4, [0, 1, 1, 2, 2, 3]),
      packedGraph(4, [0, 1, 0, 2, 0, 3]),
      packedGraph(4, [0, 1, 1, 2, 2, 3, 0, 3]),
    ]
    const spider = packedGraph(5, [0, 1, 0, 2, 0, 3, 3, 4])
    // path is known, the second spider repeated, the cycle no tree
    const found = evaluateGraphs([path, spider, spider, cycle, star], {
      reference: [path],
      train: [path, cycle],
      validity: "tree",
      floorDraws: 1,
    })
    expect(found).toMatchObject({ tree: 0.8, unique: 0.8, novel: 0.6, isomorphicToTrain: 0.4, vun: 0.4 })
  })

  it("lets random graphs stand for large sets in distances", () => {
    const paths = Array.from({ length: 12 }, (_, i) => packedGraph(i + 2, Array.from({ length: i + 1 }, (_, k) => [k, k + 1]).flat()))
    const found = evaluateGraphs(paths, { reference: paths, train: paths, compareAtMost: 5, floorDraws: 1 })
    expect(found.floors.compared).toEqual({ samples: 5, reference: 5, train: 5 })
    expect(found).toMatchObject({ count: 12, tree: 1, unique: 1, novel: 0 })
    expect(found.baselines!.erdosRenyi.count).toBe(5)
  })

  it("says what it cannot take", () => {
    const graph = packedGraph(2, [0, 1])
    expect(() => evaluateGraphs([], { reference: [graph] })).toThrow("expected graphs and reference graphs, got 0 and 1")
    expect(() => evaluateGraphs([graph], { reference: [] })).toThrow("got 1 and 0")
    expect(() => evaluateGraphs([graph], { reference: [graph], validity: "round" as never })).toThrow('got "round"')
    expect(() => evaluateGraphs([graph], { reference: [graph], floorDraws: 0 })).toThrow("at least 1")
  })
})
