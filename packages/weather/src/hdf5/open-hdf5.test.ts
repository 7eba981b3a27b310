import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { DataError, ShapeError } from "@scalewise/nn/errors"
import { sharedFolder } from "@scalewise/nn/testing"
import { describe, expect, it } from "vitest"
import { openClassic } from "../netcdf/open-classic.ts"
import { openHdf5 } from "./open-hdf5.ts"

const shared = sharedFolder()
const formats = (name: string): string => path.join(shared ?? "", "data/weather/formats", name)

describe.skipIf(shared === undefined)("NetCDF-4 and HDF5 reader", () => {
  it("gives the stored numbers of the classic copy of a file, whole and in parts", async () => {
    const four = await openHdf5(formats("z500_monthly_global_1981_2024_nc4.nc"))
    const three = await openClassic(path.join(shared!, "data/weather/train/z500_monthly_global_1981_2024.nc"))
    const part = { start: [500, 3, 10], count: [2, 4, 5] }
    const { attributes } = four.variables.find(({ name }) => name === "hgt")!
    const decode = (values: ArrayLike<number>, scale = 1, offset = 0): number[] => Array.from(values, (value) => value * scale + offset)
    const packed = three.variables.find(({ name }) => name === "hgt")!.attributes
    expect(decode(await four.read("hgt", part), (attributes.scale_factor as number) ?? 1, (attributes.add_offset as number) ?? 0)).toEqual(
      decode(await three.read("hgt", part), (packed.scale_factor as number) ?? 1, (packed.add_offset as number) ?? 0),
    )
    await expect(async () => four.read("hgt", { start: [519, 0, 0], count: [1, 1, 1] })).rejects.toThrow(ShapeError)
    await expect(async () => four.read("nothing")).rejects.toThrow(/it has .*hgt/)
    await Promise.all([four.close(), three.close()])
  })

  it("knows dimensions without variables, unlimited ones and variables that only share a dimension's name", async () => {
    const file = await openHdf5(formats("erai_global_u_2005-01-23.nc"))
    expect(file.dimensions.find(({ name }) => name === "time")).toEqual({ name: "time", length: 0, isUnlimited: true })
    expect(file.variables.find(({ name }) => name === "time")).toMatchObject({ shape: [], dimensions: [] })
    expect(file.variables.find(({ name }) => name === "u")).toMatchObject({ type: "int16", dimensions: ["level", "latitude", "longitude"] })
    expect(file.variables.flatMap(({ attributes }) => Object.keys(attributes))).not.toContain("DIMENSION_LIST")
    await file.close()
  })

  it("reads strings, which are no numbers", async () => {
    const file = await openHdf5(path.join(shared!, "data/weather/broken/ref_test_corrupt_magic.nc"))
    expect((await file.readText("UTC_time"))[0]).toBe("2012-03-04 03:54:19")
    await expect(async () => file.read("UTC_time")).rejects.toThrow(/expected numbers in "UTC_time", got text/)
    await file.close()
  })

  it("meets damage with a sentence", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "hdf5-"))
    const bytes = await readFile(formats("rotated_pole.nc"))
    const at = path.join(folder, "damaged.nc")
    for (const length of [8, 100, 2000, 10_000]) {
      await writeFile(at, bytes.subarray(0, length))
      await expect(openHdf5(at)).rejects.toThrow(DataError)
      await expect(openHdf5(at)).rejects.toThrow(/expected an intact NetCDF-4 or HDF5 file, got one in which .* cannot be read/)
    }
    await rm(folder, { recursive: true })
  })
})
