import { existsSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { runVerb } from "@scalewise/cli/testing"
import { loadImageDiffusion } from "@scalewise/image"
import { selectBackend } from "@scalewise/nn"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { imageApp } from "../image-app.ts"
import { writeTinyIdx } from "../testing/tiny-idx.ts"
import { trainDiffusionVerb } from "./train-diffusion-verb.ts"

let folder = ""
beforeAll(async () => {
  await selectBackend()
  folder = await mkdtemp(path.join(tmpdir(), "train-diffusion-"))
  await writeTinyIdx(folder)
})
afterAll(() => rm(folder, { recursive: true }))

const tiny = { height: 8, width: 8, classes: 2, widths: 8, depth: 1, context: 16, groups: 2 }
const train = (...argv: string[]) => {
  const settings = Object.entries(tiny).map(([key, value]) => `diffusion.network.${key}=${value}`)
  const training = ["validationImages=32", "diffusionTraining.steps=4", "diffusionTraining.batch=16"]
  const words = ["--data", folder, "--out", path.join(folder, "runs"), "--set", ...settings, ...training]
  return runVerb(trainDiffusionVerb, [...words, ...argv], imageApp)
}

describe("train-diffusion", () => {
  it("leaves a model", { timeout: 180_000 }, async () => {
    const { status, out, err } = await train("--name", "whole", "--json")
    expect([status, err]).toEqual([0, expect.not.stringContaining("error:")])
    const model = await loadImageDiffusion((JSON.parse(out) as { model: string }).model)
    expect(model.config).toMatchObject({ space: "pixels", network: { height: 8, classes: 2, widths: [8] } })
    model.dispose()
  })

  it.each([
    [/expected --tokenizer, the checkpoint in whose latents to train, got none/, ["--preset", "mnist-latent-ddpm"]],
    [/expected no --tokenizer for a model of pixels, got one/, ["--tokenizer", "any"]],
    [/unet context: expected a multiple of 4, got 6/, ["--set", "diffusion.network.context=6"]],
    [/diffusion\.network\.classes: expected 2, as the images have, or 0, got 1/, ["--set", "diffusion.network.classes=1"]],
    [/expected 1 to 159 validation images, got 160/, ["--set", "validationImages=160"]],
  ])("refuses what cannot work in one sentence, and leaves no run: %s", async (sentence, argv) => {
    const { status, err } = await train("--name", "refused", ...argv)
    expect([status, err]).toEqual([2, expect.stringMatching(sentence)])
    expect(existsSync(path.join(folder, "runs/image/refused"))).toBe(false)
  })
})
