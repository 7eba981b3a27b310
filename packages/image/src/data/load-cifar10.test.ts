import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DataError } from "@scalewise/nn"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { loadCifar10 } from "./load-cifar10.ts"
import { openImageDatasets } from "./open-image-datasets.ts"

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cifar-"))
})
afterEach(() => rm(folder, { recursive: true }))

/** Byte of a pixel, different in each channel, row, column and image. */
const byteAt = (image: number, channel: number, y: number, x: number): number => (image * 29 + channel * 71 + y * 7 + x * 3) % 256

/** Records of the labels, planes of red, green and blue. */
const records = (first: number, labels: readonly number[]): Uint8Array =>
  Uint8Array.from(
    labels.flatMap((label, i) => [
      label,
      ...Array.from({ length: 3072 }, (_, at) => byteAt(first + i, Math.floor(at / 1024), Math.floor(at / 32) % 32, at % 32)),
    ]),
  )

const write = (name: string, bytes: Uint8Array | string) => writeFile(join(folder, name), bytes)

async function writeAll() {
  for (let n = 1; n <= 5; n++) await write(`data_batch_${n}.bin`, records(2 * n, [n, 9 - n]))
  await write("test_batch.bin", records(50, [3]))
  await write("batches.meta.txt", "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n")
}

describe("loadCifar10", () => {
  it("reads the five batches in order and puts the channels of a pixel together", async () => {
    await writeAll()
    const { train, test, broken } = await loadCifar10({ folder, strict: true })
    expect(broken).toEqual([])
    expect(train).toMatchObject({ size: 10, height: 32, width: 32, channels: 3 })
    expect(train.classes[9]).toBe("truck")
    expect([...train.labels]).toEqual([1, 8, 2, 7, 3, 6, 4, 5, 5, 4])
    const image = train.read([3]) // the second of batch 2
    for (const [channel, y, x] of [
      [0, 0, 0],
      [1, 0, 31],
      [2, 17, 5],
      [0, 31, 31],
    ] as const)
      expect(image[(y * 32 + x) * 3 + channel]).toBe(Math.fround(byteAt(5, channel, y, x) / 255))
    expect([...test.labels]).toEqual([3])
  })

  it("leaves out missing and cut batches and records without a class, or refuses them", async () => {
    await writeAll()
    await rm(join(folder, "data_batch_4.bin"))
    await write("data_batch_2.bin", records(4, [2, 7]).subarray(0, 3073 + 100))
    await write("data_batch_5.bin", records(10, [10, 4, 200]))
    const { train, broken } = await loadCifar10({ folder })
    expect([...train.labels]).toEqual([1, 8, 2, 3, 6, 4])
    expect(train.read([5])[0]).toBe(Math.fround(byteAt(11, 0, 0, 0) / 255))
    expect(broken).toEqual([
      { file: "data_batch_2.bin", reason: "is cut off: 100 bytes follow 1 whole records of 3073 bytes" },
      { file: "data_batch_4.bin", reason: "is missing" },
      { file: "data_batch_5.bin", reason: "has 2 of 3 records without a class: record 0 says 10, the last class is 9" },
    ])
    await expect(loadCifar10({ folder, strict: true })).rejects.toThrow(DataError)
    await expect(loadCifar10({ folder, strict: true })).rejects.toThrow(/data_batch_2\.bin is cut off.*\(and 2 more\)/)
  })

  it("knows the classes without their file, and says what is missing altogether", async () => {
    await writeAll()
    await rm(join(folder, "batches.meta.txt"))
    expect((await loadCifar10({ folder })).test.classes[3]).toBe("cat")
    await write("test_batch.bin", new Uint8Array(0))
    await expect(loadCifar10({ folder })).rejects.toThrow(/whole records of 3073 bytes in test_batch\.bin, got none/)
  })

  it("is found in the folder that the archive unpacks to; the version for Python is told apart", async () => {
    await writeAll()
    expect(await openImageDatasets(folder)).toMatchObject({
      kind: "cifar10",
      originals: [{ format: "cifar10", height: 32, width: 32, channels: 3, count: 11 }],
    })
    await mkdir(join(folder, "outer"))
    const outer = join(folder, "outer")
    await mkdir(join(outer, "cifar-10-batches-py"))
    await expect(openImageDatasets(outer)).rejects.toThrow(/expected the binary version of CIFAR-10/)
    await mkdir(join(outer, "cifar-10-batches-bin"))
    await writeFile(join(outer, "cifar-10-batches-bin", "data_batch_1.bin"), records(0, [0]))
    await writeFile(join(outer, "cifar-10-batches-bin", "test_batch.bin"), records(0, [0]))
    expect((await openImageDatasets(outer)).train.size).toBe(1)
  })
})
