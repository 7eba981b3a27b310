import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { runVerb } from "@scalewise/cli/testing"
import { classifierHash, loadClassifier } from "@scalewise/image"
import { randomStream } from "@scalewise/nn"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { imageApp } from "../image-app.ts"
import { trainClassifierVerb } from "./train-classifier-verb.ts"

let folder = ""
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "train-classifier-"))
  await writeIdx("train", 192)
  await writeIdx("t10k", 48)
}, 60_000)
afterAll(() => rm(folder, { recursive: true }))

/** 12 x 12 pixels, the upper or the lower half bright. */
async function writeIdx(split: string, count: number): Promise<void> {
  const header = (...shape: number[]) => [0, 0, 8, shape.length, ...shape.flatMap((length) => [0, 0, length >> 8, length & 255])]
  const noise = randomStream(split).uniformValues([count * 144])
  const pixels = noise.map((u, at) => 100 * u + (Math.floor((at % 144) / 72) === Math.floor(at / 144) % 2 ? 150 : 0))
  await writeFile(path.join(folder, `${split}-images-idx3-ubyte`), Uint8Array.from([...header(count, 12, 12), ...pixels]))
  await writeFile(
    path.join(folder, `${split}-labels-idx1-ubyte`),
    Uint8Array.from([...header(count), ...pixels.slice(0, count).map((_, i) => i % 2)]),
  )
}

const run = (...argv: string[]) => runVerb(trainClassifierVerb, argv, imageApp)

describe("train-classifier", () => {
  it("saves a classifier that knows its sizes, with its log, command and accuracy", async () => {
    const target = path.join(folder, "classifier")
    const { status, out } = await run(
      "--data",
      folder,
      "--out",
      target,
      "--epochs",
      "12",
      "--batch",
      "16",
      "--rate",
      "0.005",
      "--seed",
      "3",
      "--json",
    )
    expect(status).toBe(0)
    const said = JSON.parse(out) as { hash: string; accuracy: { test: number }; seed: number; command: string }
    expect(said.accuracy.test).toBe(1)
    expect(said).toMatchObject({ seed: 3, hash: await classifierHash(target), trainImages: 192, testImages: 48 })
    expect(said.command).toContain("scalewise-image train-classifier --data")
    expect((await readdir(target)).sort()).toEqual(["config.json", "model.safetensors", "training.jsonl"])
    const config = JSON.parse(await readFile(path.join(target, "config.json"), "utf8")) as { metadata: unknown }
    expect(config.metadata).toMatchObject({ seed: 3, epochs: 12, accuracy: said.accuracy })
    const log = (await readFile(path.join(target, "training.jsonl"), "utf8")).trimEnd().split("\n")
    expect(log.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual(expect.arrayContaining(["step", "epoch", "done"]))
    expect(JSON.parse(log.at(-1)!)).toMatchObject({ type: "accuracy", hash: said.hash })
    const classifier = await loadClassifier(target)
    expect(classifier.options).toEqual({ height: 12, width: 12, channels: 1, classes: 2 })
    classifier.dispose()
  })

  it("calls a wrong path a data error and a wrong number a usage error", async () => {
    const missing = await run("--data", path.join(folder, "nowhere"), "--out", path.join(folder, "none"))
    expect([missing.status, missing.out]).toEqual([3, ""])
    expect(missing.err).toMatch(/nowhere/)
    expect((await run("--epochs", "0")).status).toBe(2)
    const inTheWay = path.join(folder, "a-file")
    await writeFile(inTheWay, "")
    const blocked = await run("--data", folder, "--out", path.join(inTheWay, "classifier"), "--batch", "16")
    expect([blocked.status, blocked.err]).toEqual([
      3,
      expect.stringMatching(/^error: .*classifier: expected a folder .* found the file .*a-file; choose/),
    ])
  })
})
