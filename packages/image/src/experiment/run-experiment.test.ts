import { randomStream, selectBackend, tf } from "@scalewise/nn"
import { beforeAll, describe, expect, it } from "vitest"
import { residentImages, type ResidentImages } from "../data/resident-images.ts"
import { checkConfig, experimentPresets, type ExperimentConfig } from "./config.ts"
import { runExperiment, type RunExperimentOptions, type UnitResult } from "./run-experiment.ts"
import { unitsOf } from "./unit.ts"

beforeAll(async () => void (await selectBackend()))

const side = 8

/** Soft blobs, one place for each of five labels. */
function blobs(size: number, seed: number): ResidentImages {
  const random = randomStream(seed)
  const shift = random.uniformValues([size, 2])
  const labels = Uint8Array.from({ length: size }, (_, i) => i % 5)
  const images = new Float32Array(size * side * side)
  for (let i = 0; i < size; i++)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const dy = y - 2 - (labels[i]! % 3) - shift[2 * i]! * 2
        const dx = x - 2 - Math.floor(labels[i]! / 2) - shift[2 * i + 1]! * 2
        images[(i * side + y) * side + x] = Math.exp(-(dy * dy + dx * dx) / 3)
      }
  return residentImages({ pixels: images, labels, height: side, width: side })
}

const datasets = { train: blobs(320, 1), test: blobs(60, 2) }
const config: ExperimentConfig = {
  ...experimentPresets.quick.config,
  epochs: 2,
  autoencoderEpochs: 2,
  batch: 32,
  width: 96,
  latent: 6,
  codes: 8,
  bits: [3, 4],
  evaluationsPerEpoch: 2,
  curveImages: 40,
  gradientBatches: 3,
}

async function run(options: Partial<RunExperimentOptions> = {}) {
  const results: UnitResult[] = []
  const fresh: string[] = []
  let done = 0
  let total = 0
  for await (const event of runExperiment({
    datasets,
    config,
    setups: ["A", "B", "C", "depth"],
    seeds: [0],
    clock: () => 0,
    mode: "eager",
    ...options,
  })) {
    expect(event.done).toBeGreaterThanOrEqual(done)
    ;({ done, total } = event)
    if (event.type === "result") {
      results.push(event.result)
      if (event.fresh) fresh.push(event.result.unit)
    }
  }
  expect(done).toBeCloseTo(total, 6)
  return { results, fresh }
}

describe("runExperiment", () => {
  it("measures every unit once, matched in parameters", async () => {
    const { results, fresh } = await run()
    expect(fresh).toEqual(unitsOf(["A", "B", "C", "depth"], config))
    expect(fresh).toEqual([
      "references",
      "single-shot",
      "latent",
      "regression",
      "softmax",
      "bitwise-3",
      "bitwise-4",
      "pyramid-2-truth",
      "pyramid-2-predicted",
      "pyramid-3-predicted",
    ])

    const references = results[0]!
    if (references.unit !== "references") throw new Error("expected the references first")
    const { baselines } = references
    expect(baselines.linearPixel.clean).toBeLessThan(baselines.noisyImage.clean)
    expect(baselines.linearPixel.clean).toBeLessThan(baselines.meanImage.clean)
    expect(baselines.noisyImage.clean).toBeCloseTo(config.sigma ** 2, 2)
    expect(baselines.noisyImage.shifted).toBeCloseTo(config.shiftSigma ** 2, 1)
    expect(references.principalMse).toBeLessThanOrEqual(baselines.reconstruction.clean)
    expect(baselines.centroid.exactCode).toBe(1)
    expect(baselines.centroid.centroid).toBe(0)
    expect(references.bands.map((band) => band.length)).toEqual([5 * 4, 5 * 16, 5 * 64])

    for (const result of results.slice(1)) {
      if (result.unit === "references") throw new Error("expected one references unit")
      expect(result.curve.map(({ epoch }) => epoch)).toEqual([0.5, 1, 1.5, 2])
      expect(result.trainLoss[1]!, result.unit).toBeLessThan(result.trainLoss[0]!)
      for (const errors of Object.values(result.errors)) for (const value of Object.values(errors)) expect(value).toBeGreaterThanOrEqual(0)
      expect(result.gradients.map(({ epoch }) => epoch)).toEqual(/regression|softmax|bitwise/.test(result.unit) ? [1, 2] : [])
      expect(result.pictures["image"]!.length).toBe(5 * side * side)
    }
    const parameters = (unit: string) => results.find((result) => result.unit === unit)!.parameters
    for (const unit of ["latent", "pyramid-2-truth", "pyramid-2-predicted", "pyramid-3-predicted"])
      expect(Math.abs(parameters(unit) / parameters("single-shot") - 1), unit).toBeLessThan(0.01)
    for (const unit of ["regression", "bitwise-3", "bitwise-4"])
      expect(Math.abs(parameters(unit) / parameters("softmax") - 1), unit).toBeLessThan(0.01)
  })

  it("goes on where an earlier run was stopped, with the same numbers, and keeps no tensor", async () => {
    const whole = (await run({ setups: ["B"] })).results
    const tensors = tf.memory().numTensors // after a whole run, when operations have cached their constants
    const controller = new AbortController()
    const saved = new Map<string, UnitResult>()
    const interrupted = async () => {
      for await (const event of runExperiment({
        datasets,
        config,
        setups: ["B"],
        seeds: [0],
        clock: () => 0,
        mode: "eager",
        signal: controller.signal,
      })) {
        if (event.type === "result") saved.set(event.result.unit, event.result)
        if (event.type === "progress" && event.unit === "softmax") controller.abort()
      }
    }
    await expect(interrupted()).rejects.toThrow(/abort/i)
    expect([...saved.keys()]).toEqual(["references", "regression"])
    const { results, fresh } = await run({ setups: ["B"], stored: async (unit) => saved.get(unit) })
    expect(fresh).toEqual(["softmax", "bitwise-3", "bitwise-4"])
    expect(results).toEqual(whole)
    expect(tf.memory().numTensors).toBe(tensors)
  })

  it("refuses configs and images that cannot work", async () => {
    const check = (change: Partial<ExperimentConfig>) => () => checkConfig({ ...config, ...change })
    expect(check({ epochs: 0 })).toThrow(/expected epochs to be a whole number from 1, got 0/)
    expect(check({ bits: [2] })).toThrow(/expected bits to be whole numbers from 3, enough for 8 codes/)
    expect(check({ range: [1, 0] })).toThrow(/range/)
    for (const { config: preset } of Object.values(experimentPresets)) expect(() => checkConfig(preset)).not.toThrow()
    const flat = { ...datasets, train: { ...datasets.train, height: 4, width: 16 } }
    await expect(run({ datasets: flat })).rejects.toThrow(/square grey images, got 4 x 16/)
  })
})
