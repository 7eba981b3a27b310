import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { runVerb } from "@scalewise/cli/testing"
import { sharedFolder } from "@scalewise/nn/testing"
import { describeFile, openArrayFile } from "@scalewise/weather"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { convertVerb } from "./convert-verb.ts"

const shared = sharedFolder()
const weather = path.join(shared ?? "", "data/weather")
const run = (...argv: string[]) => runVerb(convertVerb, argv, { name: "scalewise-weather", domain: "weather" })

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "convert-"))
})
afterEach(() => rm(folder, { recursive: true }))

describe.skipIf(shared === undefined)("convert", () => {
  it.each([
    "formats/A1B_north_america.nc",
    "formats/derived_mslp60_cdf5.nc",
    "formats/basin_mask.nc",
    "formats/tas_gaussian_mpi.nc",
    "zarr/air_temperature.zarr",
  ])("%s: the copy holds the same values, packing and attributes", async (name) => {
    const copy = path.join(folder, "copy.nc")
    expect((await run(path.join(weather, name), copy)).status).toBe(0)
    const [original, converted] = [await describeFile(path.join(weather, name)), await describeFile(copy)]
    expect(converted.description.format).toBe("NETCDF3_CLASSIC")
    const { variables, time, grid, trainable } = original.description
    expect(converted.description).toMatchObject({ variables, time, grid, trainable })
    const [a, b] = [await openArrayFile(path.join(weather, name)), await openArrayFile(copy)]
    for (const [i, { attributes }] of a.variables.entries()) expect(b.variables[i]!.attributes).toMatchObject(attributes)
    await Promise.all([a.close(), b.close()])
  })

  it("does not overwrite unless told to, and leaves nothing behind where it fails", async () => {
    const copy = path.join(folder, "copy.nc")
    const tiny = path.join(weather, "formats/tiny.nc")
    expect((await run(tiny, copy)).status).toBe(0)
    expect(await run(tiny, copy)).toMatchObject({ status: 2, err: expect.stringMatching(/got one that is there; .*--force/) as string })
    expect((await run(tiny, copy, "--force")).status).toBe(0)
    expect((await run(path.join(weather, "broken/derived_truncated_data.nc"), path.join(folder, "other.nc"))).status).toBe(3)
    expect(await readdir(folder)).toEqual(["copy.nc"])
  })
})
