import { randomStream } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { graphData, metricFixtures, trainAndTest } from "../testing/metric-fixtures.ts"
import { descriptorNames, graphDescriptors, type GraphDescriptors } from "./graph-descriptors.ts"
import { mmdFloors, mmdRatio, mmdTable, spreadOf, type MmdFloor, type MmdTable } from "./mmd-table.ts"
import { graphMmd } from "./mmd.ts"

const tableOf = (a: readonly GraphDescriptors[], b: readonly GraphDescriptors[]): MmdTable<number | null> =>
  mmdTable((name, convention) => graphMmd(a, b, name, convention) ?? null)

/** The five figures as tables print them. */
const printed = ({ tv }: MmdTable<number | null>): number[] => descriptorNames.map((name) => Number(tv[name]!.toFixed(4)))

describe("mmdRatio", () => {
  it("is the mean of ratios, without statistics whose floor is zero", () => {
    const table = (degree: number, clustering: number, orbit: number): MmdTable<number | null> => ({
      tv: { degree, clustering, orbit, spectral: null, wavelet: null },
      emd: { degree, clustering, orbit, spectral: 1 },
    })
    expect(mmdRatio(table(4, 6, 9), table(2, 2, 5e-7))).toBe(2.5)
    expect(mmdRatio(table(4, 6, 9), table(0, 0, 0))).toBeNull()
  })
})

describe("mmdFloors", () => {
  it.skipIf(!metricFixtures)("of all training graphs is the training row; smaller draws score worse", async () => {
    const [train, test] = await trainAndTest("community_small")
    const row = tableOf(train, test)
    const [few, all, many] = mmdFloors(train, test, row, { counts: [20, train.length, 200], draws: 20, random: randomStream("floors") })
    expect(all!.ratio!.mean).toBeCloseTo(1, 9)
    expect(all!.mmd.emd.orbit!.mean).toBeCloseTo(row.emd.orbit!, 12)
    expect(all!.mmd.emd.orbit!.deviation).toBeLessThan(1e-12)
    // What a perfect sampler scores: a prototype had .0273 +- .0168 with 20 graphs and .0069 +- .0023 with 200
    const average = ({ mmd: { emd } }: MmdFloor): number => (emd.degree!.mean + emd.clustering!.mean + emd.orbit!.mean) / 3
    expect(Math.abs(average(few!) - 0.0273)).toBeLessThan(0.0168)
    expect(Math.abs(average(many!) - 0.0069)).toBeLessThan(0.0023)
  })
})

describe("published rows", () => {
  it.skipIf(!metricFixtures)(
    "of DiGress on planar graphs, against both splits",
    async () => {
      const samples = (await graphData("samples_digress_planar")).graphs.map(graphDescriptors)
      for (const [split, ratio] of [
        ["split", 5.35],
        ["split_digress", 28.2],
      ] as const) {
        const [train, test] = await trainAndTest("planar64", split)
        const table = tableOf(samples, test)
        expect(Math.abs(mmdRatio(table, tableOf(train, test))! - ratio)).toBeLessThan(ratio / 500)
        if (split === "split") expect(printed(table)).toEqual([0.0006, 0.0563, 0.0098, 0.0062, 0.0024])
      }
    },
    120_000,
  )

  it.skipIf(!metricFixtures)(
    "of training and of DiGress on block models, and of training on trees",
    async () => {
      const [train, test] = await trainAndTest("sbm")
      const row = tableOf(train, test)
      expect(printed(row)).toEqual([0.0008, 0.0332, 0.0255, 0.0027, 0.0007])
      const samples = (await graphData("samples_digress_sbm")).graphs.map(graphDescriptors)
      const table = tableOf(samples, test)
      expect(printed(table)).toEqual([0.0023, 0.0505, 0.0568, 0.0052, 0.0057])
      expect(mmdRatio(table, row)!.toFixed(1)).toBe("3.3")
      const [treeTrain, treeTest] = await trainAndTest("tree64")
      expect(printed(tableOf(treeTrain, treeTest))).toEqual([0.0001, 0, 0, 0.0074, 0.003])
    },
    120_000,
  )
})

it("spreadOf divides by one less than there are", () => {
  expect(spreadOf([1, 3])).toEqual({ mean: 2, deviation: Math.SQRT2 })
  expect([spreadOf([]), spreadOf(undefined), spreadOf([5])]).toEqual([null, null, { mean: 5, deviation: 0 }])
})
