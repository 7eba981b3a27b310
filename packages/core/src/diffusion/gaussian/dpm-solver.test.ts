import { ConfigError, tf } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { refine, sample } from "../../process/refine.ts"
import { checkBackwardProcess } from "../../testing/check-backward-process.ts"
import { ddim } from "./ddim.ts"
import type { DiffusionModel } from "./diffusion-model.ts"
import { dpmSolver } from "./dpm-solver.ts"
import { gaussianDenoiser } from "./gaussian-denoiser.ts"
import { cosineNoise, scheduleFromBetas, type NoiseSchedule } from "./noise-schedule.ts"
import { evenLevels, logSnrLevels, respaced } from "./respacing.ts"

/** Levels evenly spaced in lambda from -3 to 3: alpha bar is the logistic function of 2 lambda. */
function logSnrUniform(count: number): NoiseSchedule {
  const bar = (t: number): number => (t === 0 ? 1 : 1 / (1 + Math.exp(-2 * (3 - (6 * (t - 1)) / (count - 1)))))
  return scheduleFromBetas(Array.from({ length: count }, (_, i) => 1 - bar(i + 1) / bar(i)))
}

const [mean, deviation] = [0.7, 0.3]

/**
 * Largest error at level 1 after `steps` steps. For Gaussian data the exact trajectory keeps the standardised
 * z = (x - a mean) / sqrt(a^2 deviation^2 + s^2) constant.
 */
async function errorAfter(steps: number, order: 1 | 2): Promise<number> {
  const schedule = logSnrUniform(steps + 1)
  const process = dpmSolver(
    { denoiser: gaussianDenoiser({ schedule, mean, deviation }), schedule, shape: [8], prediction: "x0" },
    { order },
  )
  const scale = (t: number): number => Math.sqrt(schedule.alphaBars[t]! * deviation ** 2 + 1 - schedule.alphaBars[t]!)
  const standardised = (x: tf.Tensor, t: number): tf.Tensor => tf.div(tf.sub(x, Math.sqrt(schedule.alphaBars[t]!) * mean), scale(t))
  const start = new Promise<tf.Tensor>((resolve) => {
    const { start: original } = process
    process.start = (batch, condition, random) => {
      const state = original(batch, condition, random)
      resolve(tf.keep(state.x.clone()))
      return state
    }
  })
  for await (const { step, state } of refine(process, { batch: 4, condition: undefined, seed: 1 }))
    if (step === steps) return tf.max(tf.abs(tf.sub(standardised(state.x, 1), standardised(await start, steps + 1)))).dataSync()[0]!
  throw new Error("the loop ended early")
}

describe("dpmSolver", () => {
  it("order 1 halves its error with twice the steps, order 2 quarters it", async () => {
    for (const [order, expected] of [
      [1, 2],
      [2, 4],
    ] as const) {
      const [coarse, middle, fine] = [await errorAfter(20, order), await errorAfter(40, order), await errorAfter(80, order)]
      expect(coarse / middle).toBeGreaterThan(expected * 0.8)
      expect(middle / fine).toBeGreaterThan(expected * 0.85)
      expect(middle / fine).toBeLessThan(expected * 1.25)
    }
    expect(await errorAfter(20, 2)).toBeLessThan((await errorAfter(20, 1)) / 3)
  })

  it("order 1 is ddim", async () => {
    const base = cosineNoise()
    for (const levels of [evenLevels(base, 7), logSnrLevels(base, 7), [500]]) {
      const model: DiffusionModel = {
        denoiser: gaussianDenoiser({ schedule: base, mean, deviation }),
        schedule: respaced(base, levels),
        shape: [4],
        prediction: "x0",
        clip: [-1, 1],
      }
      const options = { batch: 3, condition: undefined, seed: 8 }
      const difference = tf.sub(await sample(dpmSolver(model, { order: 1 }), options), await sample(ddim(model), options))
      expect(tf.max(tf.abs(difference)).dataSync()[0]).toBeLessThan(1e-5)
    }
  })

  it("draws Gaussian data in ten steps", async () => {
    const base = cosineNoise()
    const schedule = respaced(base, logSnrLevels(base, 10))
    const model: DiffusionModel = {
      denoiser: gaussianDenoiser({ schedule: base, mean, deviation }),
      schedule,
      shape: [64],
      prediction: "x0",
    }
    const { mean: got, variance } = tf.moments(await sample(dpmSolver(model), { batch: 64, condition: undefined, seed: 1 }))
    expect(Math.abs(got.dataSync()[0]! - mean)).toBeLessThan(0.02)
    expect(Math.abs(Math.sqrt(variance.dataSync()[0]!) - deviation)).toBeLessThan(0.03)
  })

  it.each([1, 2] as const)("keeps the promises of a process, order %d; another order is refused", async (order) => {
    const schedule = logSnrUniform(4)
    const model: DiffusionModel = { denoiser: gaussianDenoiser({ schedule }), schedule, shape: [2], prediction: "x0" }
    await checkBackwardProcess(dpmSolver(model, { order }), { condition: () => undefined })
    expect(() => dpmSolver(model, { order: 3 as 2 })).toThrow(ConfigError)
  })
})
