import { randomStream, tf } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { refine, sample } from "../../process/refine.ts"
import { checkBackwardProcess } from "../../testing/check-backward-process.ts"
import { ddpm } from "./ddpm.ts"
import type { DiffusionModel } from "./diffusion-model.ts"
import { gaussianDenoiser } from "./gaussian-denoiser.ts"
import { cosineNoise, linearNoise } from "./noise-schedule.ts"
import { evenLevels, respaced } from "./respacing.ts"

const base = cosineNoise({ levels: 100 })
const model: DiffusionModel = {
  denoiser: gaussianDenoiser({ schedule: base, mean: 0.5, deviation: 0.3 }),
  schedule: base,
  shape: [64],
  prediction: "x0",
}

const moments = (x: tf.Tensor): { mean: number; deviation: number } => {
  const { mean, variance } = tf.moments(x)
  return { mean: mean.dataSync()[0]!, deviation: Math.sqrt(variance.dataSync()[0]!) }
}

describe("ddpm", () => {
  it.each(["posterior", "beta"] as const)("with the best denoiser of Gaussian data draws that data (variance: %s)", async (variance) => {
    const { mean, deviation } = moments(await sample(ddpm({ ...model, variance }), { batch: 32, condition: undefined, seed: 3 }))
    expect(mean).toBeCloseTo(0.5, 1)
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.02)
    expect(Math.abs(deviation - 0.3)).toBeLessThan(0.02)
  })

  it("a learned variance between the two does too, and its ends are the two", async () => {
    const learned = (range: number): DiffusionModel => ({
      ...model,
      variance: "learned",
      denoiser: (xt, t) => tf.concat([model.denoiser(xt, t, undefined), tf.fill(xt.shape, range)], -1),
    })
    const short = (m: DiffusionModel): DiffusionModel => ({ ...m, schedule: respaced(base, evenLevels(base, 5)) })
    const draw = async (m: DiffusionModel): Promise<number[]> => [
      ...(await sample(ddpm(short(m)), { batch: 2, condition: undefined })).dataSync(),
    ]
    const [low, high] = [await draw(learned(-1)), await draw(learned(1))]
    const [posterior, beta] = [await draw({ ...model, variance: "posterior" }), await draw({ ...model, variance: "beta" })]
    low.forEach((value, i) => expect(value).toBeCloseTo(posterior[i]!, 5))
    high.forEach((value, i) => expect(value).toBeCloseTo(beta[i]!, 5))
    const { deviation } = moments(await sample(ddpm(learned(0)), { batch: 32, condition: undefined, seed: 4 }))
    expect(Math.abs(deviation - 0.3)).toBeLessThan(0.02)
  })

  it("clips what the network implies", async () => {
    const wild: DiffusionModel = {
      denoiser: (x) => tf.fill(x.shape, 50),
      schedule: linearNoise({ levels: 3 }),
      shape: [2],
      prediction: "x0",
      clip: [-1, 1],
    }
    const x = await sample(ddpm(wild), { batch: 2, condition: undefined })
    expect(Math.max(...x.dataSync())).toBeCloseTo(1, 5)
  })

  it("one level, one sample; one call a step; keeps the promises of a process", async () => {
    const one = await sample(ddpm({ ...model, schedule: respaced(base, [100]) }), { batch: 1, condition: undefined })
    expect(one.shape).toEqual([1, 64])
    const short = ddpm({ ...model, schedule: respaced(base, evenLevels(base, 4)) })
    for await (const { networkCalls, step } of refine(short, { batch: 1, condition: undefined })) expect(networkCalls).toBe(step)
    await checkBackwardProcess(short, { condition: () => undefined })
  })

  it("decodes and previews", () => {
    const process = ddpm({ ...model, decode: (x) => tf.mul(x, 2) })
    const x = process.start(1, undefined, randomStream(0).samples([0]))
    expect(process.readout(x).dataSync()[0]).toBeCloseTo(2 * x.dataSync()[0]!, 6)
  })
})
