import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { sample } from "@scalewise/core"
import {
  ConfigError,
  DataError,
  flattenParameters,
  randomStream,
  residentDataset,
  selectBackend,
  ShapeError,
  tf,
  type Dataset,
  type TrainEvent,
} from "@scalewise/nn"
import { testBackends } from "@scalewise/nn/testing"
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import type { ImageDiffusionConfig } from "./diffusion-config.ts"
import { diffusionInputs } from "./diffusion-inputs.ts"
import { diffusionProcess } from "./diffusion-process.ts"
import { inPixels, type LatentCoder } from "./diffusion-space.ts"
import { trainDiffusion, type DiffusionTraining, type TrainDiffusionOptions, type TrainedDiffusion } from "./train-diffusion.ts"

const backends = await testBackends()
beforeAll(() => selectBackend())

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(`${tmpdir()}/scalewise-diffusion-`)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const random = randomStream("train-diffusion")

/** Two pixels: class 0 is bright on the left, class 1 on the right; both vary, and together. */
const means = [
  [0.7, 0.3],
  [0.35, 0.6],
] as const
const [deviation, correlation] = [0.08, 0.8]
const twoPixels = (size: number, name: string): Dataset => {
  const draws = random.fold(name).normalValues([size, 2])
  const values = new Float32Array(2 * size)
  for (let i = 0; i < size; i++) {
    const [a, b] = [draws[2 * i]!, draws[2 * i + 1]!]
    values[2 * i] = means[i % 2]![0] + deviation * a
    values[2 * i + 1] = means[i % 2]![1] + deviation * (correlation * a + Math.sqrt(1 - correlation ** 2) * b)
  }
  return residentDataset({
    image: { values, shape: [1, 2, 1] },
    label: { values: Int32Array.from({ length: size }, (_, i) => i % 2), shape: [] },
  })
}

const config: ImageDiffusionConfig = {
  network: { height: 1, width: 2, channels: 1, classes: 2, widths: [16], depth: 1, context: 16, groups: 2 },
  levels: 100,
  space: "pixels",
}
const training: DiffusionTraining = {
  steps: 12,
  batch: 16,
  rate: 3e-3,
  warmup: 3,
  finalRate: 0.02,
  betas: [0.9, 0.99],
  weightDecay: 0.01,
  clipNorm: 1,
  ema: 0.98,
  classDropout: 0.1,
}
const options: TrainDiffusionOptions = {
  config,
  training,
  dataset: twoPixels(64, "train"),
  validation: twoPixels(40, "validation"),
  random: random.fold("run"),
  scoreEvery: 6,
  clock: () => 0,
}

/** Runs to the end, or aborts after the event of step `stopAt`. */
async function run(given: TrainDiffusionOptions, stopAt = Infinity): Promise<{ events: TrainEvent[]; result?: TrainedDiffusion }> {
  const controller = new AbortController()
  const events: TrainEvent[] = []
  const iterator = trainDiffusion({ ...given, signal: controller.signal })
  try {
    for (;;) {
      const { done, value } = await iterator.next()
      if (done) return { events, result: value }
      events.push(value)
      if (value.step >= stopAt) controller.abort()
    }
  } catch (error) {
    if (!controller.signal.aborted) throw error
    return { events }
  }
}

const weightsOf = ({ model }: TrainedDiffusion): number[] =>
  Object.values(flattenParameters(model.parameters)).flatMap((tensor) => [...tensor.dataSync()])

describe("trainDiffusion", () => {
  it("goes on where it was stopped, bit for bit, scores included, and leaves no tensor behind", { timeout: 240_000 }, async () => {
    const whole = await run(options)
    const weights = weightsOf(whole.result!)
    whole.result!.model.dispose()
    const scores = (events: readonly TrainEvent[]) => events.filter(({ type }) => type === "evaluate")
    expect(scores(whole.events).map(({ step }) => step)).toEqual([6, 12])
    const before = tf.memory().numTensors
    const stopped = await run({ ...options, folder }, 4)
    expect(stopped.result).toBeUndefined()
    expect(stopped.events.at(-1)).toMatchObject({ type: "done", reason: "aborted", step: 4 })
    const resumed = await run({ ...options, folder })
    expect(weightsOf(resumed.result!)).toEqual(weights)
    expect(scores(resumed.events)).toEqual(scores(whole.events))
    resumed.result!.model.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it("learns the distribution of each class; every sampler draws it", { timeout: 240_000 }, async () => {
    const { events, result } = await run({
      ...options,
      dataset: twoPixels(2048, "many"),
      training: { ...training, steps: 1200, batch: 64 },
      scoreEvery: 600,
    })
    if (backends.includes("native")) expect([result!.mode, result!.fallbackReason]).toEqual(["captured", undefined])
    const losses = events.flatMap((event) => (event.type === "evaluate" ? [event.metrics["loss"]!] : []))
    expect(losses[1]!).toBeLessThan(losses[0]!)
    for (const sampler of ["ddpm", "ddim", "dpm-solver"] as const) {
      const steps = sampler === "ddpm" ? 100 : 20
      const process = diffusionProcess(result!.model, { sampler, steps })
      const labels = Array.from({ length: 600 }, (_, i) => i % 2)
      const images = await sample(process, { batch: 600, condition: { label: labels }, seed: 5 })
      expect(images.shape).toEqual([600, 1, 2, 1])
      const values = [...images.dataSync()]
      for (const label of [0, 1]) {
        const rows = labels.flatMap((own, i) => (own === label ? [[values[2 * i]!, values[2 * i + 1]!] as const] : []))
        const mean = [0, 1].map((at) => rows.reduce((sum, row) => sum + row[at]!, 0) / rows.length)
        const covariance = (a: number, b: number) =>
          rows.reduce((sum, row) => sum + (row[a]! - mean[a]!) * (row[b]! - mean[b]!), 0) / rows.length
        for (const at of [0, 1]) {
          expect(Math.abs(mean[at]! - means[label]![at]!), `${sampler} mean ${label} ${at}`).toBeLessThan(0.03)
          expect(Math.sqrt(covariance(at, at)) / deviation, `${sampler} deviation ${label} ${at}`).toBeGreaterThan(0.75)
          expect(Math.sqrt(covariance(at, at)) / deviation, `${sampler} deviation ${label} ${at}`).toBeLessThan(1.3)
        }
        const found = covariance(0, 1) / Math.sqrt(covariance(0, 0) * covariance(1, 1))
        expect(Math.abs(found - correlation), `${sampler} correlation ${label}`).toBeLessThan(0.2)
      }
    }
    result!.model.dispose()
  })

  it("trains in latents scaled to deviation 1, and samples through the decoder", async () => {
    // Latents [1, 1, 2]: sum and difference, far from deviation 1.
    const coder: LatentCoder = {
      encode: (images) =>
        tf.tidy(() => {
          const [a, b] = tf.split(images.reshape([-1, 1, 1, 2]), 2, 3) as [tf.Tensor, tf.Tensor]
          return tf.mul(tf.concat([tf.add(a, b), tf.sub(a, b)], 3), 50)
        }),
      decode: (latents) =>
        tf.tidy(() => {
          const [sum, difference] = tf.split(tf.div(latents, 100), 2, 3) as [tf.Tensor, tf.Tensor]
          return tf.concat([tf.add(sum, difference), tf.sub(sum, difference)], 3).reshape([-1, 1, 2, 1])
        }),
    }
    const latentConfig = { ...config, space: "latents", network: { ...config.network, width: 1, channels: 2 } } as const
    const { result } = await run({
      ...options,
      config: latentConfig,
      coder,
      dataset: twoPixels(1024, "latent"),
      training: { ...training, steps: 300, batch: 64 },
    })
    const { model } = result!
    expect(model.deviation).toBeGreaterThan(10)
    expect(() => diffusionProcess(model)).toThrow(ConfigError)
    const images = await sample(diffusionProcess(model, { steps: 10, coder }), { batch: 200, condition: { label: 0 }, seed: 1 })
    expect(images.shape).toEqual([200, 1, 2, 1])
    const [left, right] = [...tf.mean(images, 0).dataSync()]
    expect(Math.abs(left! - means[0][0])).toBeLessThan(0.06)
    expect(Math.abs(right! - means[0][1])).toBeLessThan(0.06)
    await expect(run({ ...options, config: { ...latentConfig, network: config.network }, coder })).rejects.toThrow(ShapeError)
    model.dispose()
  })

  it("refuses what does not fit before the first step", async () => {
    await expect(run({ ...options, training: { ...training, batch: 65 } })).rejects.toThrow(/at least one batch of 65 images, got 64/)
    await expect(run({ ...options, config: { ...config, space: "latents" } })).rejects.toThrow(ConfigError)
    await expect(run({ ...options, config: { ...config, network: { ...config.network, height: 2 } } })).rejects.toThrow(
      /expected images of 2 x 2 x 1, as in the config, got 1 x 2 x 1/,
    )
    const unlabelled = residentDataset({ image: { values: new Float32Array(200), shape: [1, 2, 1] } })
    await expect(run({ ...options, dataset: unlabelled })).rejects.toThrow(DataError)
  })
})

describe("diffusionInputs", () => {
  const of = (rows: number[]) =>
    diffusionInputs({
      image: tf.fill([rows.length, 1, 2, 1], 0.75),
      label: tf.tensor1d(rows.map((row) => row % 4), "int32"), // prettier-ignore
      space: inPixels,
      levels: 1000,
      classes: 4,
      classDropout: 0.1,
      random: random.fold("inputs").samples(rows),
    })

  it("draws for each sample from its own stream", () => {
    const all = of([0, 1, 2, 3, 4, 5])
    const some = of([4, 1])
    for (const name of ["levels", "noise", "labels"]) {
      const rows = tf.unstack(all[name]!).map((row) => [...row.dataSync()])
      expect(tf.unstack(some[name]!).map((row) => [...row.dataSync()])).toEqual([rows[4], rows[1]])
    }
    expect([...all["x0"]!.dataSync()].every((value) => value === 0.5)).toBe(true)
  })

  it("draws every level alike and drops a tenth of the classes", () => {
    const rows = Array.from({ length: 8000 }, (_, i) => i)
    const { levels, labels } = of(rows)
    const drawn = [...levels!.dataSync()]
    expect([Math.min(...drawn), Math.max(...drawn)]).toEqual([1, 1000])
    expect(drawn.reduce((sum, level) => sum + level, 0) / rows.length).toBeCloseTo(500.5, -1.2)
    const found = [...labels!.dataSync()]
    const dropped = found.filter((label) => label === 4).length / rows.length
    expect(Math.abs(dropped - 0.1)).toBeLessThan(0.012)
    expect(found.every((label, i) => label === 4 || label === i % 4)).toBe(true)
  })

  it("an unconditional model has the null class only", () => {
    const inputs = diffusionInputs({
      image: tf.zeros([3, 1, 2, 1]),
      label: undefined,
      space: inPixels,
      levels: 10,
      classes: 0,
      classDropout: 0.1,
      random: random.samples([0, 1, 2]),
    })
    expect([...inputs["labels"]!.dataSync()]).toEqual([0, 0, 0])
  })
})
