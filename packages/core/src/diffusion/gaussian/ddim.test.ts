import { ConfigError, randomStream, tf } from "@scalewise/nn"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { sample } from "../../process/refine.ts"
import { guided } from "../../sampling/guided.ts"
import { checkBackwardProcess } from "../../testing/check-backward-process.ts"
import { ddim } from "./ddim.ts"
import { ddpm } from "./ddpm.ts"
import type { DiffusionModel } from "./diffusion-model.ts"
import { dpmSolver } from "./dpm-solver.ts"
import { gaussianDenoiser } from "./gaussian-denoiser.ts"
import { levelValues } from "./level-values.ts"
import { cosineNoise, linearNoise } from "./noise-schedule.ts"
import { evenLevels, respaced } from "./respacing.ts"

const base = linearNoise()
const x0 = randomStream("data").normal([2, 6])

/** Knows the data: eps = (x - a x_0) / s. */
const oracle: DiffusionModel = {
  denoiser: (xt, times) => {
    const t = tf.cast(times, "int32")
    const signal = tf.mul(x0, levelValues(base.alphaBars.map(Math.sqrt), t, 2))
    return tf.div(
      tf.sub(xt, signal),
      levelValues(
        base.alphaBars.map((bar) => Math.sqrt(1 - bar)),
        t,
        2,
      ),
    )
  },
  schedule: base,
  shape: [6],
}

describe("ddim", () => {
  it("with oracle noise returns the data, whatever the levels", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 0, max: 1000 }),
        async (chosen, seed) => {
          const schedule = respaced(
            base,
            chosen.sort((a, b) => a - b),
          )
          const x = await sample(ddim({ ...oracle, schedule }), { batch: 2, condition: undefined, seed })
          expect(tf.max(tf.abs(tf.sub(x, x0))).dataSync()[0]).toBeLessThan(1e-3)
        },
      ),
      { numRuns: 25 },
    )
  })

  it("is deterministic given its start, and eta = 1 is ddpm with posterior variances", async () => {
    const schedule = respaced(base, evenLevels(base, 6))
    const model: DiffusionModel = { denoiser: gaussianDenoiser({ schedule: base, deviation: 0.4 }), schedule, shape: [3], prediction: "x0" }
    const process = ddim(model)
    const prediction = process.predict(process.start(2, undefined, randomStream(1).samples([0, 1])), 1, undefined)
    expect([...prediction.entropy().dataSync()]).toEqual([0, 0])
    expect([...prediction.logProb(prediction.mode()).dataSync()]).toEqual([0, 0])
    const ancestral = await sample(ddpm(model), { batch: 3, condition: undefined, seed: 5 })
    const stochastic = await sample(ddim(model, { eta: 1 }), { batch: 3, condition: undefined, seed: 5 })
    expect(tf.max(tf.abs(tf.sub(ancestral, stochastic))).dataSync()[0]).toBeLessThan(1e-4)
  })

  it.each([0, 0.5, 1])("draws Gaussian data with the best denoiser, eta %d", async (eta) => {
    const schedule = cosineNoise({ levels: 100 })
    const model: DiffusionModel = {
      denoiser: gaussianDenoiser({ schedule, mean: -0.2, deviation: 0.5 }),
      schedule,
      shape: [64],
      prediction: "x0",
    }
    const { mean, variance } = tf.moments(await sample(ddim(model, { eta }), { batch: 64, condition: undefined, seed: 2 }))
    expect(Math.abs(mean.dataSync()[0]! + 0.2)).toBeLessThan(0.03)
    expect(Math.abs(Math.sqrt(variance.dataSync()[0]!) - 0.5)).toBeLessThan(0.03)
  })

  it.each(["ddpm", "ddim", "dpmSolver"] as const)("%s guided as a process is the same sampler over a guided denoiser", async (name) => {
    const schedule = respaced(base, evenLevels(base, 5))
    const denoiser: DiffusionModel<number>["denoiser"] = (x, t, label) => tf.sin(tf.add(x, tf.mul(t.reshape([-1, 1]), label * 1e-3)))
    const model: DiffusionModel<number> = { denoiser, schedule, shape: [3], unconditional: () => 0 }
    const mixed = {
      ...model,
      denoiser: (x: tf.Tensor, t: tf.Tensor, c: number) => tf.sub(tf.mul(denoiser(x, t, c), 3), tf.mul(denoiser(x, t, 0), 2)),
    }
    const options = { batch: 2, condition: 1, seed: 3 }
    const samplers = { ddpm, ddim, dpmSolver: (m: typeof model) => dpmSolver(m, { order: 1 }) }
    const outer = await sample(guided<unknown, tf.Tensor, number, tf.Tensor>(samplers[name](model) as never, { scale: 3 }), options)
    const inner = await sample(samplers[name](mixed) as never, options)
    expect(tf.max(tf.abs(tf.sub(outer, inner as tf.Tensor))).dataSync()[0]).toBeLessThan(1e-3)
  })

  it.each([0, 0.7])("keeps the promises of a process, eta %d; an eta above 1 is refused", async (eta) => {
    const schedule = respaced(base, evenLevels(base, 3))
    const model: DiffusionModel = { denoiser: gaussianDenoiser({ schedule: base }), schedule, shape: [2], prediction: "x0" }
    await checkBackwardProcess(ddim(model, { eta }), { condition: () => undefined })
    expect(() => ddim(model, { eta: 1.5 })).toThrow(ConfigError)
  })
})
