import { existsSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { DataError } from "@scalewise/nn/errors"
import { sharedFolder } from "@scalewise/nn/testing"
import { describe, expect, it } from "vitest"
import { describeFile, type DescribedVariable } from "./describe-file.ts"

const shared = sharedFolder()
const weather = path.join(shared ?? "", "data/weather")

type Expected = Record<string, { format: string; variables: Record<string, Omit<DescribedVariable, "name">> }>
const expected: Expected =
  shared === undefined ? {} : (JSON.parse(readFileSync(path.join(weather, "expected_libnetcdf.json"), "utf8")) as Expected)

/** To six digits; a mean may be as far off as six digits of the values that it is made of. */
function isClose(found: number | null, wanted: number | null, size: number): boolean {
  if (found === null || wanted === null) return found === wanted
  return Math.abs(found - wanted) <= 1e-6 * Math.max(Math.abs(wanted), size)
}

describe.skipIf(shared === undefined)("descriptions of the shared files", () => {
  it.each(Object.keys(expected))("formats/%s: decoded as libnetcdf decodes it", async (name) => {
    const { description, faults } = await describeFile(path.join(weather, "formats", name))
    expect([description.format, faults]).toEqual([expected[name]!.format, []])
    for (const [variable, wanted] of Object.entries(expected[name]!.variables)) {
      const found = description.variables.find((one) => one.name === variable)
      expect(found, variable).toMatchObject({
        dimensions: wanted.dimensions,
        shape: wanted.shape,
        units: wanted.units,
        missing: wanted.missing,
      })
      const size = Math.max(Math.abs(wanted.minimum ?? 0), Math.abs(wanted.maximum ?? 0))
      for (const key of ["minimum", "maximum", "mean"] as const)
        expect(isClose(found![key], wanted[key], key === "mean" ? size : 0), `${variable} ${key}: ${found![key]} for ${wanted[key]}`).toBe(
          true,
        )
    }
    expect(description.trainable).toBe(description.reasons.length === 0)
  })

  it("say of every set to train on that it can be, and of others why not and what to do", async () => {
    for (const name of readdirSync(path.join(weather, "train")))
      expect(await describeFile(path.join(weather, "train", name))).toMatchObject({ description: { trainable: true, reasons: [] } })
    for (const [name, reason] of [
      ["ichthyop.nc", /none of its variables lies on a grid/],
      ["agilent_hplc.cdf", /none of its variables lies on a grid/],
      ["rotated_pole.nc", /rotated grid; regrid it/],
      ["Pstorm.cdf", /its time axis "timestep": expected units such as/],
      ["ncl_contour.cdf", /runs along "frtime", as forecasts do/],
      ["tas_Amon_CCSM4_noleap.nc", /grid of 2 x 3 cells is too small/],
      ["tos_O1_2001-2002.nc", /24 of 24 states have missing values/],
      ["derived_mslp60_cdf5.nc", /58 examples/],
      ["era5_tl31_19590102T00.nc", /one time only/],
      ["basin_mask.nc", /no time/],
      ["derived_single_short_record.nc", /"latitude" has no values/],
    ] as const) {
      const { description } = await describeFile(path.join(weather, "formats", name))
      expect([name, description.trainable, description.reasons]).toEqual([
        name,
        false,
        expect.arrayContaining([expect.stringMatching(reason)]),
      ])
    }
  })

  it("tell calendars, grids and Zarr", async () => {
    const { description: days } = await describeFile(path.join(weather, "formats/tasmax_day_HadGEM2-CC_360day_2095.nc"))
    expect(days.time).toEqual({ calendar: "360_day", from: "2095-01-01", to: "2095-12-30", steps: 360, stepHours: 24, gaps: [] })
    const { description: gaussian } = await describeFile(path.join(weather, "formats/tas_gaussian_mpi.nc"))
    expect(gaussian.grid).toMatchObject({ rows: 96, columns: 192, periodic: true, even: false })
    const { description: zarr } = await describeFile(path.join(weather, "zarr/air_temperature.zarr"))
    const { description: netcdf } = await describeFile(path.join(weather, "train/air_temperature.nc"))
    expect(zarr).toMatchObject({ format: "ZARR2", trainable: true, time: netcdf.time, grid: netcdf.grid })
    const { mean, minimum, maximum } = netcdf.variables.find(({ name }) => name === "air")!
    expect(zarr.variables.find(({ name }) => name === "air")).toMatchObject({ mean, minimum, maximum })
  })

  const readable = ["derived_nan_inf_missing.nc", "derived_streaming_numrecs.nc"]

  it.each(existsSync(weather) ? readdirSync(path.join(weather, "broken")) : [])(
    "broken/%s: refused in one sentence, or read with its fault named",
    async (name) => {
      const result = await describeFile(path.join(weather, "broken", name)).catch((error: unknown) => error)
      if (readable.includes(name)) {
        expect(result).toMatchObject({
          faults: [expect.stringMatching(name.includes("nan") ? /1 infinite value/ : /1023 records that are whole/)],
        })
        return
      }
      expect(result).toBeInstanceOf(DataError)
      const { message } = result as Error
      expect(message).toMatch(/expected .*, got .*; .*/)
      expect(message.split("\n")).toHaveLength(1)
    },
  )

  it("count NaN, infinities and both fill values as missing", async () => {
    const { description } = await describeFile(path.join(weather, "broken/derived_nan_inf_missing.nc"))
    // One state all fill (143), and one NaN, infinity and missing value.
    expect(description.variables.find(({ name }) => name === "z")).toMatchObject({ missing: 146 })
  })
})
