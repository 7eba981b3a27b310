import { randomStream, tf } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { diffusionBound, priorKl } from "./diffusion-bound.ts"
import type { DiffusionModel } from "./diffusion-model.ts"
import { gaussianDenoiser } from "./gaussian-denoiser.ts"
import { cosineNoise, linearNoise, scheduleFromBetas } from "./noise-schedule.ts"

describe("diffusionBound", () => {
  it("is above the entropy of Gaussian data, by little with the best denoiser, by much with a bad one", async () => {
    const deviation = 0.2
    const samples = Array.from({ length: 16 }, (_, id) => id)
    const x0 = tf.div(tf.round(tf.mul(tf.mul(randomStream(1).normal([16, 64]), deviation), 127.5)), 127.5)
    // Levels even in log SNR: a step that changes it much costs much
    const bar = (t: number): number => (t === 0 ? 1 : 1 / (1 + Math.exp((16 * (t - 1)) / 99 - 10)))
    const schedule = scheduleFromBetas(Array.from({ length: 100 }, (_, i) => 1 - bar(i + 1) / bar(i)))
    const model: DiffusionModel = {
      denoiser: gaussianDenoiser({ schedule, deviation }),
      schedule,
      shape: [64],
      prediction: "x0",
      variance: "beta",
    }
    const options = { condition: undefined, random: randomStream(2).samples(samples) }
    const mean = (values: Float64Array): number => values.reduce((a, b) => a + b) / values.length
    const good = await diffusionBound(model, x0, options)
    // -log of (density times the width of a bin), for the very samples
    const squares = tf.square(x0).mean().dataSync()[0]! / deviation ** 2
    const exact = (0.5 * squares + 0.5 * Math.log(2 * Math.PI * deviation ** 2) - Math.log(2 / 255)) / Math.LN2
    expect(mean(good.bitsPerDimensionBound)).toBeGreaterThan(exact)
    expect(mean(good.bitsPerDimensionBound)).toBeLessThan(exact + 0.25)
    // Expected KL of each level in closed form: the denoiser's error is the variance of x_0 given x_t
    for (const t of [2, 30, 60, 100]) {
      const [beta, now, before] = [schedule.betas[t]!, schedule.alphaBars[t]!, schedule.alphaBars[t - 1]!]
      const ratio = (1 - before) / (1 - now)
      const error = (deviation ** 2 * (1 - now)) / (deviation ** 2 * now + 1 - now)
      const kl = 0.5 * (-Math.log(ratio) - 1 + ratio + (((before * beta ** 2) / (1 - now) ** 2) * error) / beta)
      expect(Math.abs(mean(good.terms[t - 1]!) / 64 / kl - 1)).toBeLessThan(0.1)
    }
    const bad = await diffusionBound({ ...model, denoiser: (x) => tf.zerosLike(x) }, x0, options)
    expect(mean(bad.bitsPerDimensionBound)).toBeGreaterThan(exact + 0.5)
    const sum = good.terms.reduce((total, term) => total + term[0]!, good.prior[0]!)
    expect(good.bitsPerDimensionBound[0]).toBeCloseTo(sum / (64 * Math.LN2), 10)
    expect(good.terms).toHaveLength(100)
  })

  it("an oracle pays the decoder and the prior only", async () => {
    const x0 = tf.tensor2d([[0.5, -0.5]])
    const schedule = cosineNoise({ levels: 8 })
    const { terms, prior } = await diffusionBound({ denoiser: () => x0, schedule, shape: [2], prediction: "x0" }, x0, {
      condition: undefined,
      random: randomStream(0).samples([0]),
    })
    for (const term of terms.slice(1)) expect(Math.abs(term[0]!)).toBeLessThan(1e-5)
    expect(terms[0]![0]).toBeGreaterThan(0)
    expect(prior[0]).toBeLessThan(1e-3)
  })

  it("prior KL has its closed form, summed over the sample", () => {
    const schedule = linearNoise({ levels: 3 })
    const bar = schedule.alphaBars[3]!
    const expected = [0.5, -2].reduce((sum, x) => sum + 0.5 * (bar * x ** 2 + (1 - bar) - 1 - Math.log(1 - bar)), 0)
    expect(priorKl(tf.tensor2d([[0.5, -2]]), schedule).dataSync()[0]).toBeCloseTo(expected, 4)
  })

  it("does not depend on the batch and leaks nothing", async () => {
    const schedule = linearNoise({ levels: 4 })
    const model: DiffusionModel = { denoiser: gaussianDenoiser({ schedule }), schedule, shape: [3], prediction: "x0" }
    const x0 = tf.mul(randomStream(1).normal([2, 3]), 0.3)
    const last = tf.slice(x0, [1, 0], [1, 3])
    await diffusionBound(model, last, { condition: undefined, random: randomStream(5).samples([1]) }) // the tables of a schedule are made once and kept
    const before = tf.memory().numTensors
    const both = await diffusionBound(model, x0, { condition: undefined, random: randomStream(5).samples([0, 1]), cdf: "erf" })
    const one = await diffusionBound(model, last, { condition: undefined, random: randomStream(5).samples([1]), cdf: "erf" })
    expect(both.bitsPerDimensionBound[1]).toBeCloseTo(one.bitsPerDimensionBound[0]!, 5)
    expect(tf.memory().numTensors).toBe(before)
  })
})
