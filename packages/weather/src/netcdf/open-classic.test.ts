import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { DataError } from "@scalewise/nn/errors"
import { sharedFolder } from "@scalewise/nn/testing"
import fc from "fast-check"
import { NetCDFReader } from "netcdfjs"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { openClassic } from "./open-classic.ts"

const shared = sharedFolder()
const weather = path.join(shared ?? "", "data/weather")
const formats = (name: string): string => path.join(weather, "formats", name)

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "classic-"))
})
afterEach(() => rm(folder, { recursive: true }))

describe.skipIf(shared === undefined)("classic NetCDF reader", () => {
  it("leaves out the pads between odd records of 16 bits, which netcdfjs reads as values", async () => {
    const at = path.join(weather, "train/z500_ei.nc")
    const file = await openClassic(at)
    const values = await file.read("z", { start: [0, 0, 0], count: [2, 11, 13] })
    expect(values).toHaveLength(286)
    const padded = new NetCDFReader(await readFile(at)).getDataVariable("z") as unknown as number[][]
    expect(padded[1]).toHaveLength(144)
    expect([...values.subarray(143)]).toEqual(padded[1]!.slice(0, 143))
    await file.close()
  })

  it("reads a record variable that is alone and not padded, signed bytes, UTF-8 names, characters and no records", async () => {
    const alone = await openClassic(formats("derived_single_short_record.nc"))
    const other = await openClassic(formats("derived_mslp60_cdf5.nc"))
    expect(await alone.read("msl")).toEqual(await other.read("msl"))
    await Promise.all([alone.close(), other.close()])
    const file = await openClassic(formats("derived_types_utf8.nc"))
    const names = file.variables.map(({ name }) => name)
    expect(names).toContain("température")
    expect(file.variables.find(({ name }) => name === "température")!.attributes.units).toBe("°C")
    expect([...(await file.read("b"))]).toEqual([-1, 2, -128])
    expect(await file.read("rec")).toHaveLength(0)
    const chars = file.variables.find(({ type }) => type === "char")!
    expect((await file.readText(chars.name)).every((text) => text.length > 0)).toBe(true)
    await expect(file.read(chars.name)).rejects.toThrow(/expected numbers in .*, got text/)
    await expect(file.readText("b")).rejects.toThrow(DataError)
    await expect(file.read("nothing")).rejects.toThrow(/it has .*température/)
    await file.close()
  })

  it("fetches parts of records as they are in the whole", async () => {
    const file = await openClassic(path.join(weather, "train/mslp_ei.nc"))
    const whole = await file.read("msl")
    await fc.assert(
      fc.asyncProperty(fc.nat(4000), fc.integer({ min: 1, max: 18 }), fc.nat(10), fc.nat(12), async (t, count, y, x) => {
        const part = await file.read("msl", { start: [t, y, x], count: [count, 11 - y, 13 - x] })
        const expected: number[] = []
        for (let i = t; i < t + count; i++)
          for (let j = y; j < 11; j++) for (let k = x; k < 13; k++) expected.push(whole[(i * 11 + j) * 13 + k]!)
        expect([...part]).toEqual(expected)
      }),
      { numRuns: 40 },
    )
    await file.close()
  })

  it("refuses a file that is cut short anywhere, and reads the whole records of a streamed one", async () => {
    const at = path.join(folder, "cut.nc")
    for (const length of [5, 40, 300, 700, 17_000, 17_371]) {
      await copyFile(formats("derived_single_short_record.nc"), at)
      await truncate(at, length)
      await expect(openClassic(at)).rejects.toThrow(/cut short|past the end/)
    }
    const bytes = await readFile(formats("derived_single_short_record.nc"))
    bytes.writeUInt32BE(0xffff_ffff, 4)
    await writeFile(at, bytes.subarray(0, bytes.length - 100))
    const file = await openClassic(at)
    expect([file.variables[0]!.shape, file.notices]).toEqual([[59, 11, 13], [expect.stringMatching(/59 records that are whole/)]])
    expect(await file.read("msl")).toHaveLength(59 * 143)
    await file.close()
  })

  it("meets any damage to a header with a sentence, quickly and in little memory", async () => {
    const good = await readFile(formats("derived_types_utf8.nc"))
    const at = path.join(folder, "damaged.nc")
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 4, max: good.length - 1 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }), async (position, value) => {
        const damaged = Buffer.from(good)
        damaged.writeUInt32BE(value, Math.min(position, good.length - 4))
        await writeFile(at, damaged)
        let file: Awaited<ReturnType<typeof openClassic>> | undefined
        try {
          file = await openClassic(at)
          for (const { name, type } of file.variables) await (type === "char" ? file.readText(name) : file.read(name))
        } catch (error) {
          expect(error).toBeInstanceOf(DataError)
          expect((error as Error).message).toMatch(/expected .*, got .*;/)
        } finally {
          await file?.close()
        }
      }),
      { numRuns: 300 },
    )
  })
})
