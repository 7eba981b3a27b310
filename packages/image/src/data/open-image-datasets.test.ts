import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { ConfigError, DataError } from "@scalewise/nn"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { fashionMnistClasses } from "./load-mnist.ts"
import { openImageDatasets } from "./open-image-datasets.ts"

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "datasets-"))
})
afterEach(() => rm(folder, { recursive: true }))

const idx = (shape: number[], values: number[]): Uint8Array =>
  Uint8Array.from([0, 0, 8, shape.length, ...shape.flatMap((length) => [0, 0, 0, length]), ...values])

const write = (name: string, bytes: Uint8Array) => writeFile(join(folder, name), bytes)

describe("openImageDatasets", () => {
  it("recognises idx files under any of their names, with colours or without", async () => {
    await write("emnist-letters-train-images-idx4-ubyte", idx([2, 1, 1, 3], [0, 51, 255, 102, 0, 0]))
    await write("emnist-letters-train-labels-idx1-ubyte.gz", gzipSync(idx([2], [1, 0])))
    await write("emnist-letters-test-images-idx4-ubyte", idx([1, 1, 1, 3], [255, 0, 51]))
    await write("emnist-letters-test-labels-idx1-ubyte", idx([1], [3]))
    const opened = await openImageDatasets(folder)
    expect(opened).toMatchObject({ kind: "idx", broken: [], originals: [{ format: "idx", height: 1, width: 1, channels: 3, count: 3 }] })
    expect(await opened.train.read([0])).toEqual(Float32Array.of(0, 0.2, 1))
    // A class that only the test set has is a class of both.
    expect(opened.train.classes).toEqual(["0", "1", "2", "3"])
  })

  it("prefers the unzipped of two equal files, and refuses two different ones", async () => {
    await write("train-images-idx3-ubyte", idx([1, 1, 1], [255]))
    await write("train-images-idx3-ubyte.gz", gzipSync(idx([1, 1, 1], [0])))
    await write("train-labels-idx1-ubyte", idx([1], [0]))
    await write("t10k-images-idx3-ubyte", idx([1, 1, 1], [0]))
    await write("t10k-labels-idx1-ubyte", idx([1], [0]))
    expect(await (await openImageDatasets(folder)).train.read([0])).toEqual(Float32Array.of(1))
    await write("digits-train-images-idx3-ubyte", idx([1, 1, 1], [0]))
    await expect(openImageDatasets(folder)).rejects.toThrow(/expected one file of train images, got .* and .*; give each dataset a folder/)
  })

  it("names classes as told and refuses a label without a class", async () => {
    await write("train-images-idx3-ubyte", idx([1, 1, 1], [255]))
    await write("train-labels-idx1-ubyte", idx([1], [9]))
    await write("t10k-images-idx3-ubyte", idx([1, 1, 1], [0]))
    await write("t10k-labels-idx1-ubyte", idx([1], [0]))
    expect((await openImageDatasets(folder, { classes: fashionMnistClasses })).test.classes[9]).toBe("Ankle boot")
    await expect(openImageDatasets(folder, { classes: ["a", "b"] })).rejects.toThrow(DataError)
    await expect(openImageDatasets(folder, { classes: ["a", "b"] })).rejects.toThrow(/labels from 0 to 1, one of the 2 classes, got 9/)
    // Only pictures are resized.
    await expect(openImageDatasets(folder, { size: 1, channels: 1 })).resolves.toBeDefined()
    await expect(openImageDatasets(folder, { size: 2 })).rejects.toThrow(ConfigError)
    await expect(openImageDatasets(folder, { channels: 3 })).rejects.toThrow(/no other size than 1 x 1 x 1 for idx files, got 1 x 1 x 3/)
  })

  it("says what it looks for where there is nothing", async () => {
    await expect(openImageDatasets(join(folder, "no"))).rejects.toThrow(/expected a folder of idx files, CIFAR-10 batches or pictures/)
    await expect(openImageDatasets(folder)).rejects.toThrow(/pictures in class folders, got an empty folder/)
    await write("notes.txt", new Uint8Array(3))
    await expect(openImageDatasets(folder)).rejects.toThrow(/got none among 1 files/)
    await expect(openImageDatasets(join(folder, "notes.txt"))).rejects.toThrow(/got a file; name the folder/)
  })
})
