import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { gzipSync } from "node:zlib"
import { runVerb } from "@scalewise/cli/testing"
import { saveCheckpoint, selectBackend, tf } from "@scalewise/nn"
import { imageSheet } from "@scalewise/report"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { imageApp } from "../image-app.ts"
import { inspectVerb } from "./inspect-verb.ts"

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "inspect-"))
})
afterEach(() => rm(folder, { recursive: true }))

const run = (...argv: string[]) => runVerb(inspectVerb, argv, imageApp)

const idx = (shape: number[], values: number[]): Uint8Array =>
  Uint8Array.from([0, 0, 8, shape.length, ...shape.flatMap((length) => [0, 0, 0, length]), ...values])

async function write(name: string, bytes: Uint8Array | string) {
  await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
  await writeFile(path.join(folder, name), bytes)
}

/** A grey picture of one intensity, as PNG. */
const grey = (height: number, width: number, value: number): Uint8Array =>
  imageSheet({ data: new Float32Array(height * width).fill(value), height, width })

describe("inspect", () => {
  it("tells sizes, classes and intensities of idx files, to people and to programs", async () => {
    await write("train-images-idx3-ubyte.gz", gzipSync(idx([3, 1, 2], [0, 51, 255, 102, 0, 0])))
    await write("train-labels-idx1-ubyte", idx([3], [1, 0, 1]))
    await write("t10k-images-idx3-ubyte", idx([1, 1, 2], [255, 0]))
    await write("t10k-labels-idx1-ubyte", idx([1], [1]))
    const json = await run(folder, "--json")
    expect(json.status).toBe(0)
    expect(JSON.parse(json.out)).toMatchObject({
      path: folder,
      kind: "images",
      of: "idx",
      height: 1,
      width: 2,
      channels: 1,
      classes: ["0", "1"],
      train: { size: 3, perClass: [1, 2], min: 0, max: 1, mean: [expect.closeTo(408 / 6 / 255, 7)] },
      test: { size: 1, perClass: [0, 1], mean: [0.5], deviation: [0.5] },
      originals: [{ format: "idx", height: 1, width: 2, channels: 1, count: 4 }],
      broken: [],
      faults: [],
    })
    const text = await run(folder)
    expect(text.out).toMatch(/idx files, 4 images, grey, 2 classes, read at 1 x 2\n/)
    expect(text.out).toMatch(/\nmean +0\.2667 +0\.5\n/)
    expect(text.out).toMatch(/\n1 +1 +2 +1\n/)
    expect((await run(folder, "--quiet")).err).toBe("")
  })

  it("lists sizes and broken files of a folder of pictures; --strict makes them exit status 3", async () => {
    for (let n = 0; n < 10; n++) await write(`cat/${n}.png`, grey(4, 6, 0.2))
    for (let n = 0; n < 10; n++) await write(`dog/${n}.png`, grey(8, 5, 0.6))
    await write("dog/readme.txt", "not a picture")
    expect((await run(folder, "--strict", "--quiet")).status).toBe(0)
    await write("dog/empty.png", "")
    await write("dog/cut.png", grey(8, 5, 0.6).subarray(0, 50))
    const { status, out, err } = await run(folder, "--seed", "1")
    expect(status).toBe(0)
    expect(out).toMatch(/folder of pictures, 20 images, grey, 2 classes, read at 4 x 4 \(scaled and cropped\)/)
    expect(out).toMatch(/\n0 +cat +9 +1\n1 +dog +9 +1\n/)
    expect(out).toMatch(/\npng +4 x 6 +1 +10\npng +8 x 5 +1 +10\n/)
    expect(out).toMatch(/\nmean +0\.4 +0\.4\n/)
    expect(out).toMatch(/2 broken, left out:\n {2}dog\/cut\.png is cut off: its end is missing\n {2}dog\/empty\.png is empty\n/)
    expect(out).toMatch(/1 not used:\n {2}dog\/readme\.txt/)
    expect(err).toMatch(/2 faults; the first: .*dog\/cut\.png is cut off/)
    const strict = await run(folder, "--strict", "--json", "--size", "3", "--channels", "3", "--test-fraction", "0.5", "--seed", "4")
    expect(strict.status).toBe(3)
    expect(JSON.parse(strict.out)).toMatchObject({ height: 3, channels: 3, train: { size: 10 }, test: { size: 10 }, faults: { length: 2 } })
    expect(strict.err).toMatch(/2 faults/)
  })

  it("tells what a checkpoint is and names tensors with NaN", async () => {
    await selectBackend({ prefer: "cpu" })
    const tensors = { "a.w": tf.tensor1d([1, NaN]), "b.w": tf.tensor1d([3]) }
    await saveCheckpoint(folder, { kind: "toy", config: { width: 2 }, tensors })
    tf.dispose(tensors)
    const found = await run(folder, "--strict")
    expect(found.status).toBe(3)
    expect(found.out).toMatch(/checkpoint of "toy", version 1, 3 parameters in 2 tensors/)
    expect(found.err).toMatch(/tensor "a\.w" has 1 NaN and 0 infinite numbers among 2/)
    expect((await run(folder, "--strict", "--no-values")).status).toBe(0)
  })

  it("says in one sentence what it cannot read, with exit status 3", async () => {
    await write("train-images-idx3-ubyte", idx([3, 1, 2], [0]))
    await write("train-labels-idx1-ubyte", idx([3], [0, 0, 0]))
    for (const [at, message] of [
      [folder, /expected 6 values for the dimensions 3 x 1 x 2, got 1 \(the file is truncated\)/],
      [path.join(folder, "nowhere"), /expected a file or folder to inspect/],
      [path.join(folder, "train-images-idx3-ubyte"), /a file of another kind/],
    ] as const) {
      const { status, out, err } = await run(at)
      expect(status).toBe(3)
      expect(out).toBe("")
      expect(err.trim().split("\n")).toHaveLength(1)
      expect(err).toMatch(message)
    }
  })
})
