import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { flattenParameters, randomStream, residentDataset, selectBackend, tf } from "@scalewise/nn"
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { tinyTokenizer, tinyTraining } from "../testing/tiny-tokenizer.ts"
import type { TokenizerConfig } from "./tokenizer-config.ts"
import type { TokenizerReport } from "./tokenizer-report.ts"
import { tokenizer, type TokenizerParameters } from "./tokenizer.ts"
import { trainTokenizer, type TrainTokenizerOptions } from "./train-tokenizer.ts"

let folder = ""
beforeAll(async () => void (await selectBackend()))
beforeEach(async () => void (folder = await mkdtemp(path.join(tmpdir(), "tokenizer-"))))
afterEach(() => rm(folder, { recursive: true }))

/** Pictures of one bright square each. */
const images = (count: number): Float32Array => {
  const places = randomStream("squares").integers(2 * count, 5)
  const pixels = new Float32Array(count * 64)
  for (let n = 0; n < count; n++)
    for (let y = 0; y < 4; y++) for (let x = 0; x < 4; x++) pixels[n * 64 + (places[2 * n]! + y) * 8 + places[2 * n + 1]! + x] = 1
  return pixels
}

const options = (config: TokenizerConfig, change: Partial<TrainTokenizerOptions> = {}): TrainTokenizerOptions => ({
  tokenizer: tokenizer(config),
  training: tinyTraining,
  dataset: residentDataset({ image: { values: images(64), shape: [8, 8, 1] } }),
  validation: images(16),
  random: randomStream(5),
  reportEvery: 6,
  clock: () => 0,
  ...change,
})

async function run(given: TrainTokenizerOptions): Promise<{ parameters: TokenizerParameters; reports: TokenizerReport[] }> {
  const reports: TokenizerReport[] = []
  const events = trainTokenizer(given)
  for (;;) {
    const { done, value } = await events.next()
    if (done) return { parameters: value.parameters, reports }
    if (value.type === "report") reports.push(value.report)
  }
}

async function valuesOf(parameters: TokenizerParameters): Promise<Record<string, number[]>> {
  const flat = flattenParameters(parameters)
  const values: Record<string, number[]> = {}
  for (const [name, tensor] of Object.entries(flat)) values[name] = Array.from(await tensor.data())
  tf.dispose(Object.values(flat))
  return values
}

describe("trainTokenizer", () => {
  it("learns: the pictures get better, also scale by scale, and every code that k-means found is a number", async () => {
    const { parameters, reports } = await run(
      options(tinyTokenizer, { training: { ...tinyTraining, steps: 240, plainSteps: 60, batch: 16, rate: 5e-3 }, reportEvery: 60 }),
    )
    const [first, last] = [reports[0]!, reports.at(-1)!]
    expect(last.mse.at(-1)).toBeLessThan(0.6 * first.mse.at(-1)!)
    expect(last.mse.at(-1)).toBeLessThan(last.mse[0]!)
    expect(last.codesUsed.at(-1)).toBeGreaterThan(4)
    expect(
      Object.values(await valuesOf(parameters))
        .flat()
        .every(Number.isFinite),
    ).toBe(true)
  })

  it.each<[string, TokenizerConfig, "auto" | "eager"]>([
    ["by gradient", tinyTokenizer, "auto"],
    [
      "codebooks as averages",
      { ...tinyTokenizer, quantiser: { kind: "vector", codes: 16, codebooks: "shared", learning: "average", metric: "euclidean" } },
      "eager",
    ],
    ["bits", { ...tinyTokenizer, quantiser: { kind: "bitwise", tokens: "bits" } }, "eager"],
  ])("goes on bit for bit after an interruption in either stage: %s", async (_, config, mode) => {
    const whole = await valuesOf((await run(options(config, { mode }))).parameters)
    for (const interruptedAt of [4, 13]) {
      const place = path.join(folder, String(interruptedAt))
      const controller = new AbortController()
      const events = trainTokenizer(options(config, { mode, folder: place, signal: controller.signal }))
      const interrupted = async () => {
        for (;;) {
          const { done, value } = await events.next()
          if (done) return
          if (value.type === "progress" && value.event.type === "step" && value.step >= interruptedAt) controller.abort(new Error("stop"))
        }
      }
      await expect(interrupted()).rejects.toThrow("stop")
      const resumed = await valuesOf((await run(options(config, { mode, folder: place }))).parameters)
      expect(resumed).toEqual(whole)
    }
  })

  it("moves codebooks as averages only, and keeps the tensor count flat", async () => {
    const config: TokenizerConfig = {
      ...tinyTokenizer,
      quantiser: { kind: "vector", codes: 16, codebooks: "per-scale", learning: "average", metric: "euclidean" },
    }
    await valuesOf((await run(options(config, { mode: "eager" }))).parameters)
    const before = tf.memory().numTensors
    await valuesOf((await run(options(config, { mode: "eager" }))).parameters)
    expect(tf.memory().numTensors).toBe(before)
  })

  it("refuses a batch larger than the data", async () => {
    const given = options(tinyTokenizer, { training: { ...tinyTraining, batch: 65 } })
    await expect(run(given)).rejects.toThrow("trainTokenizer: expected at least one batch of 65 images, got 64; lower the batch")
  })
})
