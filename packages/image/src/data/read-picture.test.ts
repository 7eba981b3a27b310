import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { randomStream } from "@scalewise/nn"
import sharp from "sharp"
import { afterAll, beforeAll, expect, test } from "vitest"
import { readPicture } from "./read-picture.ts"

let folder = ""
const at = (name: string) => path.join(folder, name)
const bytes = Uint8Array.from(randomStream(0).integers(6 * 8 * 3, 256))
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "picture-"))
  const raw = sharp(bytes, { raw: { width: 8, height: 6, channels: 3 } })
  await raw.clone().png().toFile(at("colour.png"))
  await raw.clone().webp({ lossless: true }).toFile(at("colour.webp"))
  await sharp(bytes.subarray(0, 48), { raw: { width: 8, height: 6, channels: 1 } })
    .toColourspace("b-w")
    .png()
    .toFile(at("grey.png"))
  const png = await raw.png().toBuffer()
  await writeFile(at("cut.png"), png.subarray(0, png.length / 2))
  await writeFile(at("words.txt"), "words")
})
afterAll(() => rm(folder, { recursive: true }))

test("a picture comes as it is, byte for byte", async () => {
  for (const name of ["colour.png", "colour.webp"]) {
    const { images, ...size } = await readPicture(at(name))
    expect(size).toEqual({ height: 6, width: 8, channels: 3 })
    expect([...images]).toEqual(Array.from(bytes, (byte) => Math.fround(byte / 255)))
  }
  const { images, channels } = await readPicture(at("grey.png"))
  expect(channels).toBe(1)
  expect([...images]).toEqual(Array.from(bytes.subarray(0, 48), (byte) => Math.fround(byte / 255)))
})

test("or with other channels and at another size", async () => {
  const { images, ...size } = await readPicture(at("colour.png"), { channels: 1, size: [4, 4] })
  expect(size).toEqual({ height: 4, width: 4, channels: 1 })
  expect(images).toHaveLength(16)
})

test("what is no picture is refused by name", async () => {
  await expect(readPicture(at("words.txt"))).rejects.toThrow(
    /words\.txt: expected a PNG, JPEG or WebP picture, got a file that is no picture/,
  )
  await expect(readPicture(at("cut.png"))).rejects.toThrow(/cut\.png: expected a readable picture, got one that is cut off/)
  await expect(readPicture(at("none.png"))).rejects.toThrow(/none\.png: .* cannot be read/)
})
