import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { ConfigError, DataError, randomStream } from "@scalewise/nn"
import sharp from "sharp"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { openImageFolder } from "./image-folder.ts"

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "pictures-"))
})
afterEach(() => rm(folder, { recursive: true }))

/** Noise, so that no part of a file is without effect. */
const noise = (height: number, width: number, channels: 1 | 3, seed = 0): Uint8Array =>
  Uint8Array.from(randomStream(seed).integers(height * width * channels, 256))

const picture = (height: number, width: number, channels: 1 | 3 = 3, seed = 0) =>
  sharp(noise(height, width, channels, seed), { raw: { width, height, channels } })

async function write(name: string, bytes: Uint8Array | string) {
  await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
  await writeFile(path.join(folder, name), bytes)
}

const png = (height = 8, width = 8, channels: 1 | 3 = 3, seed = 0) =>
  picture(height, width, channels, seed)
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .png()
    .toBuffer()

describe("openImageFolder", () => {
  it("reads pictures of one size byte for byte, from class folders at any depth", async () => {
    await write("owl/a.png", await png(6, 9, 3, 1))
    await write("owl/deeper/still/b.png", await png(6, 9, 3, 2))
    await write("cat/c.webp", await picture(6, 9, 3, 3).webp({ lossless: true }).toBuffer())
    await write("cat/.hidden.png", "left alone")
    const { train, test, broken, originals } = await openImageFolder(folder, { testFraction: 0 })
    expect(train).toMatchObject({ size: 3, height: 6, width: 9, channels: 3, classes: ["cat", "owl"] })
    expect(train.files).toEqual(["cat/c.webp", "owl/a.png", "owl/deeper/still/b.png"])
    expect([...train.labels]).toEqual([0, 1, 1])
    expect([test.size, broken.length]).toEqual([0, 0])
    expect(originals).toEqual([
      { format: "png", height: 6, width: 9, channels: 3, count: 2 },
      { format: "webp", height: 6, width: 9, channels: 3, count: 1 },
    ])
    const expected = [3, 1, 2].map((seed) => Float32Array.from(noise(6, 9, 3, seed), (byte) => byte / 255))
    expect(await train.read([2, 0, 1])).toEqual(
      Float32Array.from([expected[2]!, expected[0]!, expected[1]!].flatMap((image) => [...image])),
    )
    await expect(train.read([3])).rejects.toThrow(/rows from 0 to 2, got 3/)
  })

  it("turns, scales and crops to the size asked for, in grey or in colour", async () => {
    // Left half black, right half white; the file is stored lying on its side.
    const upright = sharp(
      Uint8Array.from({ length: 40 * 80 }, (_, at) => (at % 80 < 40 ? 0 : 255)),
      { raw: { width: 80, height: 40, channels: 1 } },
    )
    await write(
      "a/side.png",
      await sharp(await upright.clone().rotate(270).png().toBuffer())
        .withMetadata({ orientation: 6 })
        .png()
        .toBuffer(),
    )
    const { train, originals } = await openImageFolder(folder, { size: 10, testFraction: 0 })
    expect(originals).toMatchObject([{ height: 40, width: 80 }])
    const row = [...(await train.read([0]))].filter((_, at) => at % train.channels === 0).slice(50, 60)
    // The centre 40 x 40 of 40 x 80.
    expect(row.slice(0, 4).every((value) => value < 0.1)).toBe(true)
    expect(row.slice(6).every((value) => value > 0.9)).toBe(true)
    const grey = await openImageFolder(folder, { size: [4, 6], channels: 1, testFraction: 0 })
    expect(grey.train).toMatchObject({ height: 4, width: 6, channels: 1 })
    expect((await grey.train.read([0])).length).toBe(24)
  })

  it("lays transparency over black, and is grey where all pictures are", async () => {
    await write(
      "a/half.png",
      await sharp({ create: { width: 2, height: 2, channels: 4, background: { r: 200, g: 100, b: 0, alpha: 0.5 } } })
        .png()
        .toBuffer(),
    )
    const colour = await openImageFolder(folder, { testFraction: 0 })
    expect([...(await colour.train.read([0]))].slice(0, 3).map((value) => Math.round(value * 255))).toEqual([100, 50, 0])
    await rm(path.join(folder, "a/half.png"))
    await write("a/grey.png", await png(4, 4, 1, 7))
    const grey = await openImageFolder(folder, { testFraction: 0 })
    expect(grey.train.channels).toBe(1)
    expect(await grey.train.read([0])).toEqual(Float32Array.from(noise(4, 4, 1, 7), (byte) => byte / 255))
  })

  it("leaves out what cannot be read and says why, or refuses it by name", async () => {
    const [good, jpeg] = [await png(16, 16), await picture(16, 16).jpeg().toBuffer()]
    const webp = await picture(16, 16).webp().toBuffer()
    const flipped = Buffer.from(good)
    flipped[good.length >> 1]! ^= 0x55
    await write("a/good.png", good)
    await write("a/named-png.jpg", good)
    await write("a/no-extension", jpeg)
    await write("a/empty.png", "")
    await write("a/text.jpg", "this is no picture")
    await write("a/cut.png", good.subarray(0, good.length * 0.7))
    await write("a/cut-header.png", good.subarray(0, 20))
    await write("a/cut.jpg", jpeg.subarray(0, jpeg.length - 20))
    await write("a/cut.webp", webp.subarray(0, webp.length - 20))
    await write("a/flipped.png", flipped)
    await write("a/anim.gif", "GIF89a and more")
    await write("a/drawing.svg.png", "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>")
    await write("b/only-broken.png", "")
    await write("labels.csv", "name,label")
    await write("loose.png", good)
    await symlink(path.join(folder, "nowhere"), path.join(folder, "a/link.png"))
    const { train, broken, unused, misnamed } = await openImageFolder(folder, { testFraction: 0 })
    expect(train.files).toEqual(["a/good.png", "a/named-png.jpg", "a/no-extension"])
    expect(train.classes).toEqual(["a", "b"]) // damage moves no label
    expect(misnamed).toEqual(["a/named-png.jpg", "a/no-extension"])
    expect(unused).toEqual(["labels.csv"])
    const reasons = Object.fromEntries(broken.map(({ file, reason }) => [file, reason]))
    const cutOff = "is cut off: its end is missing"
    expect(reasons).toEqual({
      "a/anim.gif": "is a GIF picture, which is not read: convert it to PNG, JPEG or WebP",
      "a/cut-header.png": cutOff,
      "a/cut.jpg": cutOff,
      "a/cut.png": cutOff,
      "a/cut.webp": cutOff,
      "a/drawing.svg.png": "is no picture: its first bytes are those of no PNG, JPEG or WebP file",
      "a/empty.png": "is empty",
      "a/flipped.png": "is damaged: it cannot be decoded",
      "a/link.png": "is a link that leads nowhere",
      "a/text.jpg": "is no picture: its first bytes are those of no PNG, JPEG or WebP file",
      "b/only-broken.png": "is empty",
      "loose.png": "lies outside the class folders",
    })
    expect(Object.keys(reasons)).toEqual(Object.keys(reasons).toSorted())
    await expect(openImageFolder(folder, { strict: true })).rejects.toThrow(DataError)
    await expect(openImageFolder(folder, { strict: true })).rejects.toThrow(/a file that is not: a\/anim\.gif is a GIF/)
  })

  it("refuses damage in the pixels by name, now or when it is read", async () => {
    const jpeg = await picture(16, 16).jpeg().toBuffer()
    await write("a/good.jpg", jpeg)
    await write("a/cut.jpg", jpeg.subarray(0, jpeg.length - 20))
    await expect(openImageFolder(folder, { strict: true })).rejects.toThrow(/a\/cut\.jpg is cut off: its end is missing; mend/)
    const { train, broken } = await openImageFolder(folder, { check: "header", strict: true, testFraction: 0 })
    expect([train.size, broken.length]).toEqual([2, 0])
    await expect(train.read([1])).resolves.toHaveLength(768)
    await expect(train.read([0, 1])).rejects.toThrow(/cut\.jpg: expected a picture as it was .* got one that cannot be decoded/)
  })

  it("says so where nothing can be read", async () => {
    await write("a/empty.png", "")
    await expect(openImageFolder(folder)).rejects.toThrow(
      /at least one readable picture, got 1 that are not, the first of them a\/empty\.png, which is empty/,
    )
    await write("a/cut.png", (await png()).subarray(0, 60))
    await expect(openImageFolder(folder)).rejects.toThrow(/got 2 that are not/)
  })

  it("takes train and test folders, and refuses a class that only the test folder has", async () => {
    await write("train/b/1.png", await png(8, 8, 3, 1))
    await write("train/a/1.png", await png(8, 8, 3, 2))
    await write("val/b/1.png", await png(8, 8, 3, 3))
    await write("notes/1.png", await png())
    const { train, test, unused } = await openImageFolder(folder)
    expect([train.files, test.files]).toEqual([["train/a/1.png", "train/b/1.png"], ["val/b/1.png"]])
    expect([test.classes, [...test.labels], unused]).toEqual([["a", "b"], [1], ["notes"]])
    await write("test/a/1.png", await png(8, 8, 3, 4))
    expect((await openImageFolder(folder)).test.files).toEqual(["test/a/1.png"])
    await write("test/yak/1.png", await png())
    await expect(openImageFolder(folder)).rejects.toThrow(/classes of the training pictures \(a, b\), got the class folder "yak"/)
  })

  it("takes pictures without class folders as one class", async () => {
    await write("1.png", await png())
    await write("2.png", await png())
    const { train, broken } = await openImageFolder(folder, { testFraction: 0 })
    expect([train.size, train.classes, broken]).toEqual([2, ["image"], []])
  })

  it("asks for a size where there are several, and can take the smallest", async () => {
    await write("a/1.png", await png(8, 12))
    await write("a/2.png", await png(20, 9))
    await expect(openImageFolder(folder)).rejects.toThrow(ConfigError)
    await expect(openImageFolder(folder)).rejects.toThrow(/got 8 x 12 and 20 x 9 among others; give size, for example 8/)
    expect((await openImageFolder(folder, { size: "smallest", testFraction: 0 })).train).toMatchObject({ size: 2, height: 8, width: 8 })
    await expect(openImageFolder(folder, { size: 0 })).rejects.toThrow(/size from 1 to 8192/)
  })

  it("keeps no more than the cache may hold, and reads the rest again", async () => {
    for (let n = 0; n < 4; n++) await write(`a/${n}.png`, await png(8, 8, 3, n))
    const { train } = await openImageFolder(folder, { testFraction: 0, cacheBytes: 2 * 192 })
    const before = await train.read([0, 1, 2, 3])
    await rm(path.join(folder, "a"), { recursive: true })
    const alive = await Promise.all(
      [0, 1, 2, 3].map((row) =>
        train.read([row]).then(
          () => true,
          () => false,
        ),
      ),
    )
    expect(alive.filter(Boolean)).toHaveLength(2)
    expect(before).toHaveLength(4 * 192)
  })

  it("can be stopped, and tells how far it is", async () => {
    for (let n = 0; n < 3; n++) await write(`a/${n}.png`, await png())
    const told: number[] = []
    await openImageFolder(folder, { onProgress: (done, total) => told.push(done, total) })
    expect(told).toEqual([1, 3, 2, 3, 3, 3])
    await expect(openImageFolder(folder, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/)
  })
})
