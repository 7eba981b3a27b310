import { randomStream, selectBackend, tf } from "@scalewise/nn"
import { testBackends } from "@scalewise/nn/testing"
import { beforeAll, describe, expect, it } from "vitest"
import { startStatistics, updateCodebooks } from "./codebook-average.ts"
import { emptyUsage, meanResidualNorms, perplexityPerScale, recordUsage, usedCodesPerScale } from "./codebook-usage.ts"
import { reviveDeadCodes } from "./dead-codes.ts"
import { kMeans } from "./k-means.ts"
import { vectorQuantiser } from "./vector-quantiser.ts"

const values = (x: tf.Tensor) => Array.from(x.dataSync())
const ids = (...list: number[]) => tf.tensor2d([list], [1, list.length], "int32")

describe.each(await testBackends())("codebooks on %s", (backend) => {
  beforeAll(async () => {
    await selectBackend({ prefer: backend })
  })

  describe("kMeans", () => {
    const blobs = () =>
      tf.tidy(() => {
        const random = randomStream(1)
        const centres = tf.tensor2d([
          [0, 0],
          [10, 0],
          [0, 10],
          [-10, -10],
        ])
        return tf.tile(centres, [50, 1]).add(random.normal([200, 2]).mul(0.1))
      })

    it("finds well separated clusters, whatever the seed", async () => {
      for (const seed of [1, 2, 3, 4]) {
        const centroids = await kMeans(blobs(), { clusters: 4, random: randomStream(seed) })
        const found = (centroids.arraySync() as [number, number][]).map(([x, y]) =>
          `${Math.round(x)} ${Math.round(y)}`.replaceAll("-0", "0"),
        )
        expect(found.sort()).toEqual(["-10 -10", "0 0", "0 10", "10 0"])
      }
    })

    it("is the same for the same seed", async () => {
      const points = randomStream(4).normal([300, 3])
      const [a, b, c] = await Promise.all([1, 1, 2].map((seed) => kMeans(points, { clusters: 16, random: randomStream(seed) })))
      expect(values(a!)).toEqual(values(b!))
      expect(values(a!)).not.toEqual(values(c!))
    })

    it("never gets worse with more rounds", async () => {
      const points = randomStream(4).normal([300, 3])
      const errors: number[] = []
      for (const iterations of [0, 1, 3, 10, 30]) {
        const centroids = await kMeans(points, { clusters: 16, iterations, random: randomStream(9) })
        errors.push(tf.tidy(() => points.expandDims(1).sub(centroids.expandDims(0)).square().sum(2).min(1).mean().dataSync()[0]!))
      }
      expect(errors).toEqual([...errors].sort((a, b) => b - a))
      expect(errors.at(-1)!).toBeLessThan(errors[0]! * 0.95)
    })

    it("copes with fewer points than clusters, and puts cosine centroids on the sphere", async () => {
      const few = await kMeans(
        tf.tensor2d([
          [1, 1],
          [2, 2],
        ]),
        { clusters: 5, random: randomStream(1) },
      )
      expect(values(few).every((value) => value === 1 || value === 2)).toBe(true)
      expect(new Set(values(few)).size).toBe(2)
      const unit = await kMeans(randomStream(2).normal([100, 3]), { clusters: 7, metric: "cosine", random: randomStream(1) })
      for (const length of values(tf.norm(unit, 2, 1))) expect(length).toBeCloseTo(1, 5)
    })

    it("leaves one tensor", async () => {
      const points = randomStream(4).normal([50, 3])
      const before = tf.memory().numTensors
      ;(await kMeans(points, { clusters: 4, random: randomStream(1) })).dispose()
      expect(tf.memory().numTensors).toBe(before)
    })
  })

  describe("updateCodebooks", () => {
    const quantiser = vectorQuantiser({ channels: 1, codes: 2, learning: "average" })
    const parameters = () => ({ codebook: { "0": tf.tensor2d([[1], [5]]) } })

    it("does the step of the paper", () => {
      const start = parameters()
      const scales = [
        { residual: tf.tensor4d([2], [1, 1, 1, 1]), tokens: ids(0) },
        { residual: tf.tensor4d([4, 9], [1, 1, 2, 1]), tokens: ids(0, 1) },
      ]
      const { parameters: updated, statistics } = updateCodebooks(quantiser, start, startStatistics(start), scales, {
        decay: 0.9,
        epsilon: 1e-5,
      })
      const counts = [0.9 + 0.1 * 2, 0.9 + 0.1]
      const sums = [0.9 * 1 + 0.1 * (2 + 4), 0.9 * 5 + 0.1 * 9]
      const total = counts[0]! + counts[1]!
      const means = sums.map((sum, v) => sum / (((counts[v]! + 1e-5) / (total + 2e-5)) * total))
      for (const [v, mean] of means.entries()) {
        expect(values(updated.codebook["0"]!)[v]).toBeCloseTo(mean, 5)
        expect(values(statistics["0"]!.counts)[v]).toBeCloseTo(counts[v]!, 6)
        expect(values(statistics["0"]!.sums)[v]).toBeCloseTo(sums[v]!, 5)
      }
      expect(values(start.codebook["0"])).toEqual([1, 5])
    })

    it("ends at the mean of what is assigned", () => {
      let state = { parameters: parameters() as { codebook: Record<string, tf.Tensor> }, statistics: startStatistics(parameters()) }
      for (let i = 0; i < 60; i++)
        state = updateCodebooks(
          quantiser,
          state.parameters,
          state.statistics,
          [{ residual: tf.tensor4d([2, 4, 7], [1, 1, 3, 1]), tokens: ids(0, 0, 1) }],
          { decay: 0.8 },
        )
      expect(values(state.parameters.codebook["0"]!)[0]).toBeCloseTo(3, 3)
      expect(values(state.parameters.codebook["0"]!)[1]).toBeCloseTo(7, 3)
    })

    it("lets nothing else flow into such a codebook", () =>
      tf.tidy(() => {
        const gradient = tf.grad((rows: tf.Tensor) =>
          quantiser
            .decode({ codebook: { "0": rows } }, ids(0, 1))
            .sum()
            .add(rows.sum().mul(0)),
        )
        expect(values(gradient(tf.tensor2d([[1], [5]])))).toEqual([0, 0])
      }))

    it("keeps scales with their own codebook apart", () => {
      const own = vectorQuantiser({ channels: 1, codes: 1, codebooks: 2 })
      const start = { codebook: { "0": tf.tensor2d([[0]]), "1": tf.tensor2d([[0]]) } }
      const scales = [3, 8].map((value) => ({ residual: tf.tensor4d([value], [1, 1, 1, 1]), tokens: ids(0) }))
      const { parameters: updated } = updateCodebooks(own, start, startStatistics(start), scales, { decay: 0 })
      expect(Object.values(updated.codebook).map((rows) => Math.round(values(rows)[0]!))).toEqual([3, 8])
    })
  })

  describe("usage", () => {
    it("counts per scale", () => {
      let usage = emptyUsage(3, 4)
      usage = recordUsage(usage, [ids(2), ids(0, 1, 2, 3), ids(0, 0, 1, 1)])
      usage = recordUsage(usage, [ids(2), ids(0, 1, 2, 3), ids(0, 0, 1, 1)])
      expect(usage.hits.arraySync()).toEqual([
        [0, 0, 2, 0],
        [2, 2, 2, 2],
        [4, 4, 0, 0],
      ])
      for (const [k, expected] of [1, 4, 2].entries()) expect(values(perplexityPerScale(usage))[k]).toBeCloseTo(expected, 5)
      expect(values(usedCodesPerScale(usage))).toEqual([0.25, 1, 0.5])
      expect(values(recordUsage(usage, [ids(2), ids(0), ids(0)], { decay: 0.5 }).hits).slice(0, 4)).toEqual([0, 0, 2, 0])
    })

    it("is zero, not NaN, before anything is recorded", () => {
      expect(values(usedCodesPerScale(emptyUsage(1, 4)))).toEqual([0])
    })

    it("knows the mean residual norm", () => {
      expect(values(meanResidualNorms([{ residual: tf.tensor4d([3, 4, 0, 1], [1, 1, 2, 2]) }]))).toEqual([3])
    })
  })

  describe("reviveDeadCodes", () => {
    const far = (value: number, sites: number) => tf.ones([1, 1, sites, 1]).mul(value)

    it("moves the dead ones to vectors of all scales in turn, and no other", () => {
      const quantiser = vectorQuantiser({ channels: 1, codes: 6 })
      const codebook = { "0": tf.tensor2d([[1], [2], [3], [4], [5], [6]]) }
      const parameters = { codebook }
      // code 0 lives at the coarse scale only, code 5 at the fine one only
      const usage = {
        hits: tf.tensor2d([
          [1, 0, 0, 0, 0, 0],
          [0, 0, 0, 0, 0, 100],
        ]),
      }
      const scales = [
        { residual: far(100, 1), tokens: ids(0) },
        { residual: far(200, 50), tokens: ids(...Array.from({ length: 50 }, () => 5)) },
      ]
      const statistics = startStatistics(parameters)
      const result = reviveDeadCodes(quantiser, { parameters, usage, statistics }, scales, randomStream(1))
      expect(values(result.revived)).toEqual([4])
      expect(values(result.parameters.codebook["0"]!)).toEqual([1, 200, 100, 200, 100, 6])
      expect(values(result.statistics!["0"]!.sums)).toEqual([1, 200, 100, 200, 100, 6])
      expect(values(codebook["0"])).toEqual([1, 2, 3, 4, 5, 6])
      const again = reviveDeadCodes(quantiser, result, scales, randomStream(1))
      expect(values(again.revived)).toEqual([0]) // they have time to settle
    })

    it("judges a scale's own codebook by that scale", () => {
      const quantiser = vectorQuantiser({ channels: 1, codes: 2, codebooks: 2 })
      const parameters = { codebook: { "0": tf.tensor2d([[1], [2]]), "1": tf.tensor2d([[1], [2]]) } }
      const usage = {
        hits: tf.tensor2d([
          [9, 0],
          [0, 9],
        ]),
      }
      const scales = [
        { residual: far(100, 1), tokens: ids(0) },
        { residual: far(200, 4), tokens: ids(1, 1, 1, 1) },
      ]
      const { parameters: revived } = reviveDeadCodes(quantiser, { parameters, usage }, scales, randomStream(1))
      expect(Object.values(revived.codebook).map(values)).toEqual([
        [1, 100],
        [200, 2],
      ])
    })
  })
})
