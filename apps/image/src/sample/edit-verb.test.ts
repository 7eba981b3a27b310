import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { runVerb } from "@scalewise/cli/testing"
import { readPicture } from "@scalewise/image"
import { randomStream, selectBackend } from "@scalewise/nn"
import { imageSheet } from "@scalewise/report"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { imageApp } from "../image-app.ts"
import { tinyModelFolder } from "../testing/tiny-model-folder.ts"
import { editVerb } from "./edit-verb.ts"

// Every run loads the model and compiles its passes anew
vi.setConfig({ testTimeout: 180_000 })

let folder = ""
let models = { model: "", tokenizer: "" }
const at = (name: string) => path.join(folder, name)
const save = (name: string, data: Float32Array, height: number, width: number) => writeFile(at(name), imageSheet({ data, height, width }))
beforeAll(async () => {
  await selectBackend()
  folder = await mkdtemp(path.join(tmpdir(), "edit-"))
  models = await tinyModelFolder(folder)
  const noise = (seed: number, size: number) => randomStream(seed).uniformValues([size, size])
  await save("picture.png", noise(0, 8), 8, 8)
  await save("other.png", noise(1, 8), 8, 8)
  await save("small.png", noise(2, 4), 4, 4)
  await save("large.png", noise(3, 16), 16, 16)
  const half = (size: number) => Float32Array.from({ length: size * size }, (_, i) => (i % size < size / 2 ? 0 : 1))
  await save("half.png", half(8), 8, 8)
  await save("large-half.png", half(16), 16, 16)
  await save("odd.png", new Float32Array(63), 7, 9)
  await writeFile(at("text.png"), "no picture")
})
afterAll(() => rm(folder, { recursive: true }))

const run = (image: string, ...argv: string[]) =>
  runVerb(editVerb, [at(image), "--checkpoint", models.model, "--out", at("out.png"), ...argv], imageApp)

describe("edit", () => {
  it("draws inside the mask alone where pixels are pasted back; one for each variation", async () => {
    const { status, out } = await run("picture.png", "--mask", at("half.png"), "--label", "1", "--paste", "--seed", "2", "--json")
    expect(status).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ out: at("out.png"), count: 1, label: 1, keepScales: 0, networkCalls: 2 }) // scale 1 is half in the mask: it stays
    const [given, found] = [await readPicture(at("picture.png")), await readPicture(at("out.png"))]
    const differs = found.images.map((value, i) => (Math.abs(value - given.images[i]!) > 1e-6 ? 1 : 0))
    for (let i = 0; i < 64; i++) if (i % 8 < 4) expect(differs[i]).toBe(0)
    expect(differs.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(20)

    await run("picture.png", "--mask", at("half.png"), "--invert", "--paste")
    const outside = await readPicture(at("out.png"))
    for (let i = 0; i < 64; i++) if (i % 8 >= 4) expect(outside.images[i]).toBe(given.images[i])

    expect((await run("large.png", "--mask", at("large-half.png"), "--count", "3", "--previews")).status).toBe(0)
    expect(await readPicture(at("out.png"))).toMatchObject({ height: 2 * 34 - 2, width: 2 * 34 - 2 })
    expect(await readPicture(at("out-filmstrip.png"))).toMatchObject({ height: 3 * 34 - 2, width: 4 * 34 - 2 })
  })

  it("keeps as many coarse scales as a small picture fills, or as it is told", async () => {
    const { out } = await run("small.png", "--super-resolve", "0", "--json")
    expect(JSON.parse(out)).toMatchObject({ keepScales: 2, networkCalls: 1 })
    expect(JSON.parse((await run("picture.png", "--super-resolve", "1", "--json")).out)).toMatchObject({ keepScales: 1, networkCalls: 2 })
  })

  it("reconstructs and interpolates with a tokenizer alone", async () => {
    const alone = ["--checkpoint", models.tokenizer]
    const { status, out } = await run("picture.png", "--reconstruct", "--json", ...alone)
    expect(status).toBe(0)
    expect((JSON.parse(out) as { mse: number[] }).mse).toHaveLength(3)
    expect(await readPicture(at("out.png"))).toMatchObject({ height: 32, width: 4 * 34 - 2 })
    expect((await run("picture.png", "--interpolate", at("other.png"), "--frames", "5", ...alone)).status).toBe(0)
    expect(await readPicture(at("out.png"))).toMatchObject({ height: 32, width: 5 * 34 - 2 })
    expect(JSON.parse((await run("picture.png", "--interpolate", at("other.png"), "--coarse", "2", "--json", ...alone)).out)).toMatchObject(
      {
        weights: [[0, 0, 1]],
      },
    )
  })

  it("refuses in one sentence what cannot be", async () => {
    const refused: [string, string[], number, string][] = [
      ["picture.png", [], 2, "expected one of --mask, --super-resolve, --interpolate and --reconstruct, got none"],
      ["picture.png", ["--reconstruct", "--super-resolve", "1"], 2, "got 2"],
      ["picture.png", ["--mask", at("odd.png")], 3, "expected a mask of 8 x 8 pixels, as the picture has, got 7 x 9"],
      ["picture.png", ["--mask", at("half.png"), "--label", "5"], 2, "expected a class from 0 to 2, got 5"],
      ["picture.png", ["--mask", at("half.png"), "--keep-scales", "4"], 2, "expected 0 to 3 scales to keep, got 4"],
      ["picture.png", ["--interpolate", at("other.png"), "--coarse", "4"], 2, "--coarse: expected 0 to 3 scales, as the model has, got 4"],
      ["text.png", ["--reconstruct"], 3, "text.png: expected a PNG, JPEG or WebP picture"],
      ["missing.png", ["--reconstruct"], 3, "missing.png"],
      ["picture.png", ["--mask", at("half.png"), "--checkpoint", models.tokenizer], 3, "found a tokenizer alone"],
    ]
    for (const [image, argv, code, message] of refused) {
      const { status, err } = await run(image, ...argv)
      expect([status, err]).toEqual([code, expect.stringContaining(message)])
      expect(err).not.toContain("    at ")
    }
  })
})
