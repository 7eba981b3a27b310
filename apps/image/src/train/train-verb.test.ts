import { existsSync } from "node:fs"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { runVerb } from "@scalewise/cli/testing"
import { loadImageModel } from "@scalewise/image"
import { loadTensors, selectBackend, tf } from "@scalewise/nn"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { imageApp } from "../image-app.ts"
import { writeTinyIdx } from "../testing/tiny-idx.ts"
import { trainVerb } from "./train-verb.ts"

let folder = ""
beforeAll(async () => {
  await selectBackend()
  folder = await mkdtemp(path.join(tmpdir(), "train-"))
  await writeTinyIdx(folder)
  await writeFile(path.join(folder, "tiny.json"), JSON.stringify(tiny))
})
afterAll(() => rm(folder, { recursive: true }))

/** What differs from the preset `mnist`. */
const tiny = {
  validationImages: 32,
  tokenizer: {
    height: 8,
    width: 8,
    autoencoder: { width: 8, multipliers: [1], middle: "none", latentChannels: 4, groups: 4, patchWidth: 4 },
    grids: [1, 2, 4],
    quantiser: { codes: 16 },
  },
  tokenizerTraining: { steps: 30, plainSteps: 10, batch: 16, warmup: 2, startImages: 32, reviveEvery: 10 },
  generator: { width: 16, depth: 1, heads: 2, classes: 2 },
  generatorTraining: { steps: 30, batch: 16, warmup: 2, ema: 0.9 },
}

const train = (...argv: string[]) =>
  runVerb(trainVerb, ["--config", path.join(folder, "tiny.json"), "--data", folder, "--out", path.join(folder, "runs"), ...argv], imageApp)
const modelOf = (name: string): string => path.join(folder, "runs", "image", name, "checkpoints", "model")

async function tensorsOf(name: string): Promise<Record<string, number[]>> {
  const { tensors } = JSON.parse(await readFile(path.join(modelOf(name), "config.json"), "utf8")) as { tensors: string }
  const loaded = await loadTensors(path.join(modelOf(name), tensors))
  const values = Object.fromEntries(Object.entries(loaded).map(([key, tensor]) => [key, Array.from(tensor.dataSync())]))
  tf.dispose(Object.values(loaded))
  return values
}

describe("train", () => {
  it("leaves a model that draws, its command and seed, a log with scores, and a picture", async () => {
    const { status, out } = await train("--name", "whole", "--seed", "3", "--json")
    expect(status).toBe(0)
    const { model: place, picture } = JSON.parse(out) as { model: string; picture: string }
    const model = await loadImageModel(place)
    expect(model.metadata).toMatchObject({ seed: 3, steps: expect.stringMatching(/captured|eager/) })
    expect(model.metadata["command"]).toMatch(/^scalewise-image train --config/)
    expect(model.transformer?.config.classes).toBe(2)
    model.dispose()
    expect((await readFile(picture)).subarray(1, 4).toString()).toBe("PNG")
    const log = (await readFile(path.join(folder, "runs/image/whole/metrics.jsonl"), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { stage: string; scores?: { nats: number }; report?: { mse: number[] } })
    expect(log.find(({ report }) => report)?.report?.mse).toHaveLength(3)
    expect(log.findLast(({ scores }) => scores)?.scores?.nats).toBeLessThan(21 * Math.log(16))
  })

  it("trains the same from the same seed, over a tokenizer that is given or made again", async () => {
    expect((await train("--name", "given", "--seed", "3", "--tokenizer", modelOf("whole"))).status).toBe(0)
    expect(await tensorsOf("given")).toEqual(await tensorsOf("whole"))
  })

  it("refuses what cannot work in one sentence and with the right status", async () => {
    const wrongKey = await train("--set", "tokenizer.quantizer.codes=8")
    expect(wrongKey).toMatchObject({ status: 2, out: "" })
    expect(wrongKey.err).toMatch(/unknown key "tokenizer\.quantizer\.codes".*tokenizer\.quantiser\.codes/)
    const wrongGrid = await train("--name", "grid", "--set", "tokenizer.grids=1,2,3")
    expect(wrongGrid.status).toBe(2)
    expect(wrongGrid.err).toMatch(/tokenizer\.grids: expected to end with the latent grid 4x4, got 3x3/)
    const lateSettings: [setting: string, status: number, sentence: RegExp][] = [
      ["generator.heads=3", 2, /generator\.heads: expected to divide the width/],
      ["generator.classes=1", 2, /generator\.classes: expected 2, as the images have, or 0, got 1/],
      ["generatorTraining.bitFlips=0.2", 2, /generator\.bitFlips: expected 0 where tokens are ids/],
      ["generatorTraining.loss.scaleWeights=1,2", 2, /expected one weight for each of the 3 scales, got 2/],
      ["generatorTraining.batch=1000", 2, /expected at least one batch of 1000 images/],
    ]
    for (const [setting, status, sentence] of lateSettings) {
      const refused = await train("--name", "late", "--set", setting)
      expect([setting, refused.status, refused.err]).toEqual([setting, status, expect.stringMatching(sentence)])
      expect(refused.err).not.toMatch(/training:/) // the tokenizer was not trained first
    }
    expect(existsSync(path.join(folder, "runs/image/late"))).toBe(false)
    expect(existsSync(path.join(folder, "runs/image/grid"))).toBe(false)
    const noData = await runVerb(trainVerb, ["--data", path.join(folder, "nowhere"), "--out", path.join(folder, "runs")], imageApp)
    expect(noData.status).toBe(3)
    expect(noData.err).not.toMatch(/ at .*\.ts/)
  })

  it("has a perceptual term that only a classifier of the same size can give", async () => {
    const { status, err } = await train("--name", "perceptual", "--set", "tokenizerTraining.loss.perceptual=0.1")
    expect(status).not.toBe(0)
    expect(err).toMatch(/lenet: expected x \[B, 28, 28, 1\], got \[16,8,8,1\]/)
  })

  it("says what a training would take, and writes nothing", async () => {
    const { status, out } = await runVerb(trainVerb, ["--preset", "mnist", "--dry-run"], imageApp)
    expect(status).toBe(0)
    expect(out).toMatch(/tokenizer: 407,001 parameters/)
    expect(out).toMatch(/generator: 949,056 parameters/)
  })

  it("trains a generator without classes on images that have some", async () => {
    const { status, out, err } = await train(
      "--name",
      "unconditional",
      "--tokenizer",
      modelOf("whole"),
      "--set",
      "generator.classes=0",
      "--json",
    )
    expect([status, err]).toEqual([0, expect.not.stringContaining("error:")])
    const model = await loadImageModel((JSON.parse(out) as { model: string }).model)
    expect(model.transformer!.config.classes).toBe(0)
    model.dispose()
  })

  it("takes another kind of quantiser by one setting", async () => {
    const { status, out } = await train(
      "--set",
      "tokenizer.quantiser.kind=bitwise",
      "--set",
      "generatorTraining.bitFlips=0.2",
      "--name",
      "bits",
      "--json",
    )
    expect(status).toBe(0)
    const model = await loadImageModel((JSON.parse(out) as { model: string }).model)
    expect(model.tokenizer.multiScale.quantiser.tokens).toBe("bits")
    model.dispose()
  })
})
