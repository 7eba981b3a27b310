import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { definePlugin, type PluginHook } from "@scalewise/cli"
import { runVerb } from "@scalewise/cli/testing"
import { readPicture, type SamplingWrapper, type TokenProcess } from "@scalewise/image"
import { selectBackend } from "@scalewise/nn"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { imageApp } from "../image-app.ts"
import { tinyModelFolder } from "../testing/tiny-model-folder.ts"
import { checkMemory } from "./enough-memory.ts"
import { sampleVerb } from "./sample-verb.ts"
import type { ImageModel } from "@scalewise/image"

// Every run loads the model and compiles its passes anew
vi.setConfig({ testTimeout: 180_000 })

let folder = ""
let models = { model: "", tokenizer: "" }
beforeAll(async () => {
  await selectBackend()
  folder = await mkdtemp(path.join(tmpdir(), "sample-"))
  models = await tinyModelFolder(folder)
})
afterAll(() => rm(folder, { recursive: true }))

const run = (...argv: string[]) => runVerb(sampleVerb, ["--checkpoint", models.model, ...argv], imageApp)

describe("sample", () => {
  it("writes a picture for each id into the folder of its class, the same ones in any batch, a sheet and a filmstrip", async () => {
    const [first, second] = [path.join(folder, "first"), path.join(folder, "second")]
    const grid = path.join(folder, "grid.png")
    const { status, out, err } = await run("--count", "5", "--out", first, "--grid", grid, "--previews", "--seed", "3", "--json")
    expect(err).toMatch(/5 pictures, 3 network calls each, [\d.]+ a second with the start in batches of 5 \(about .*\), seed 3/)
    expect(status).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ folder: first, grid, count: 5, seed: 3, settings: {}, networkCalls: 3 })
    expect((await readdir(first)).sort()).toEqual(["cat", "filmstrip.png", "fox_red", "owl"])
    expect((await readdir(path.join(first, "cat"))).sort()).toEqual(["000000.png", "000003.png"])
    await run("--count", "5", "--out", second, "--batch", "2", "--seed", "3")
    for (const file of ["cat/000000.png", "owl/000004.png", "fox_red/000002.png"]) {
      const [a, b] = [await readPicture(path.join(first, file)), await readPicture(path.join(second, file))]
      expect(a).toMatchObject({ height: 8, width: 8, channels: 1 })
      expect(Math.max(...a.images.map((value, i) => Math.abs(value - b.images[i]!)))).toBeLessThanOrEqual(1.01 / 255) // one step of rounding
    }
    // Three columns of pictures four times as large, two apart
    expect(await readPicture(grid)).toMatchObject({ height: 2 * 32 + 2, width: 3 * 32 + 2 * 2 })
    expect(await readPicture(path.join(first, "filmstrip.png"))).toMatchObject({ height: 5 * 34 - 2, width: 3 * 34 - 2 })
  })

  it("takes every setting, for all scales or for each", async () => {
    const grid = path.join(folder, "settings.png")
    const flags = ["--guidance", "0,0.5,1", "--temperature", "0.9", "--top-k", "4", "--top-p", "0.9,0.9,0.5", "--smooth", "--label", "2"]
    const { status, out } = await run("--count", "2", "--grid", grid, "--json", ...flags)
    expect(status).toBe(0)
    const settings = { guidance: [0, 0.5, 1], temperature: 0.9, topK: 4, topP: [0.9, 0.9, 0.5], smooth: true }
    expect(JSON.parse(out)).toMatchObject({ settings, networkCalls: 6 })
  })

  it("refuses in one sentence what cannot be", async () => {
    const refused: [string[], number, string][] = [
      [["--label", "3"], 2, "expected a class from 0 to 2, got 3"],
      [["--label", "1", "--labels", "1,2"], 2, "expected --label or --labels, got both"],
      [["--guidance", "1,2"], 2, "expected one value, or one for each of the 3 scales, got 2"],
      [["--top-p", "1.5"], 2, "sampling.topP: expected a share from 0 to 1, got 1.5"],
      [["--reject", "2"], 2, "expected a classifier of pictures of 8 x 8 x 1, got one of 28 x 28 x 1"],
      [["--out", folder], 3, "expected a new or empty folder"],
      [["--count", "0"], 2, "Expected at least 1"],
      [["--checkpoint", models.tokenizer], 3, "found a tokenizer alone; train a generator over it first"],
      [["--checkpoint", path.join(folder, "nothing")], 3, "nothing"],
    ]
    for (const [argv, code, message] of refused) {
      const { status, err } = await run("--grid", path.join(folder, "never.png"), ...argv)
      expect([status, err]).toEqual([code, expect.stringContaining(message)])
      expect(err).not.toContain("    at ")
    }
    await expect(readFile(path.join(folder, "never.png"))).rejects.toThrow("ENOENT")
  })
})

describe("sample with a plugin", () => {
  const wrapping = (wrap: (process: TokenProcess) => TokenProcess) =>
    definePlugin({
      name: "odd",
      description: "odd",
      api: "^1.0.0",
      hooks: { "image.sampling": { wrap } as PluginHook & SamplingWrapper },
    })
  const drawn = async (name: string, wrap?: (process: TokenProcess) => TokenProcess) => {
    const grid = path.join(folder, `${name}.png`)
    const argv = ["--checkpoint", models.model, "--count", "6", "--batch", "3", "--seed", "5", "--grid", grid]
    const result = await runVerb(sampleVerb, argv, { ...imageApp, plugins: wrap ? [wrapping(wrap)] : [] })
    return { ...result, picture: Array.from((await readPicture(grid)).images) }
  }

  it("draws through its wrapper; where that throws, at the start or on the way, from there on without it", async () => {
    const plain = await drawn("plain")
    expect(plain.status).toBe(0)
    // Always the most probable token: every picture of a class is the same
    const greedy = (process: TokenProcess): TokenProcess => ({
      ...process,
      predict(state, step, condition) {
        const law = process.predict(state, step, condition)
        return { ...law, sample: () => law.mode() }
      },
    })
    const wrapped = await drawn("wrapped", greedy)
    expect([wrapped.status, wrapped.picture.length]).toEqual([0, plain.picture.length])
    expect(wrapped.picture).not.toEqual(plain.picture)

    const atOnce = await drawn("at-once", () => {
      throw new TypeError("no wrapper today")
    })
    expect([atOnce.status, atOnce.picture]).toEqual([1, plain.picture])
    expect(atOnce.err).toContain("plugin odd, image.sampling: no wrapper today; going on without it\n")

    let calls = 0
    const later = await drawn("later", (process) => ({
      ...process,
      predict(state, step, condition) {
        if (++calls === 5) throw new Error("tired") // in the second of two batches of three scales
        return process.predict(state, step, condition)
      },
    }))
    expect([later.status, later.picture]).toEqual([1, plain.picture])
    expect(later.err.match(/plugin odd, image.sampling: tired/g)).toHaveLength(1)
  })
})

it("a batch that would not fit is refused with one that would", async () => {
  const config = JSON.parse(await readFile(path.join(models.model, "config.json"), "utf8")) as { config: ImageModel["config"] }
  const model = { config: config.config } as ImageModel
  const needed = checkMemory(model, { batch: 100, settings: {}, available: Infinity })
  expect(checkMemory(model, { batch: 100, settings: { guidance: 1, rejection: { attempts: 3 } }, available: Infinity })).toBeGreaterThan(
    needed,
  )
  expect(() => checkMemory(model, { batch: 100, settings: {}, available: needed / 4 })).toThrow(
    /to draw 100 pictures at a time, found .*; use --batch 25 or less/,
  )
  expect(() => checkMemory(model, { batch: 1, settings: {}, available: 10 })).toThrow("free some, or use a smaller model")
})
