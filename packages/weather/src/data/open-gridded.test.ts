import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { ConfigError, DataError } from "@scalewise/nn/errors"
import { sharedFolder } from "@scalewise/nn/testing"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { formatDate } from "../calendar/calendar.ts"
import type { TypedAttributes } from "../netcdf/encode-header.ts"
import { createNetcdf } from "../netcdf/netcdf-writer.ts"
import { openGridded } from "./open-gridded.ts"
import { readSeries } from "./read-series.ts"

const shared = sharedFolder()
const weather = path.join(shared ?? "", "data/weather")

let folder = ""
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "gridded-"))
})
afterEach(() => rm(folder, { recursive: true }))

interface Small {
  readonly variable?: string
  readonly days?: readonly number[]
  readonly latitudes?: readonly number[]
  readonly longitudes?: readonly number[]
  readonly levels?: readonly number[]
  readonly dimensions?: readonly string[]
  readonly attributes?: TypedAttributes
  readonly time?: TypedAttributes
}

/** A file whose value at day d, latitude y and longitude x is 10000 d + 100 y + x (plus the level). */
async function small(name: string, options: Small = {}): Promise<string> {
  const {
    variable = "v",
    days = [0, 1, 2],
    latitudes = [10, 20],
    longitudes = [0, 5, 10],
    levels,
    attributes = { units: "K" },
    time = {},
  } = options
  const lengths: Record<string, readonly number[]> = { time: days, lat: latitudes, lon: longitudes, ...(levels && { level: levels }) }
  const dimensions = options.dimensions ?? ["time", ...(levels ? ["level"] : []), "lat", "lon"]
  const file = path.join(folder, name)
  const writer = await createNetcdf(file, {
    dimensions: Object.entries(lengths).map(([dimension, { length }]) => ({ name: dimension, length })),
    attributes: {},
    variables: [
      { name: "time", type: "float64", dimensions: ["time"], attributes: { units: "days since 2000-01-01", ...time } },
      { name: "lat", type: "float64", dimensions: ["lat"], attributes: { units: "degrees_north" } },
      { name: "lon", type: "float64", dimensions: ["lon"], attributes: { units: "degrees_east" } },
      ...(levels
        ? [{ name: "level", type: "float64" as const, dimensions: ["level"], attributes: { units: "Pa", positive: "down" } }]
        : []),
      { name: variable, type: "float32", dimensions, attributes },
    ],
  })
  for (const [dimension, values] of Object.entries(lengths)) await writer.write(dimension, values)
  let values = [0]
  const factor: Record<string, number> = { time: 10_000, lat: 100, lon: 1, level: 0.001 }
  for (const dimension of dimensions) values = values.flatMap((value) => lengths[dimension]!.map((at) => value + at * factor[dimension]!))
  await writer.write(variable, values)
  await writer.close()
  return file
}

describe("gridded datasets", () => {
  it("turn any order and direction of axes to time, rows from north to south, columns eastward", async () => {
    const expected = [0, 1].flatMap((day) => [20, 10].flatMap((y) => [-5, 0, 5].map((x) => 10_000 * day + 100 * y + x)))
    for (const [i, { dimensions, latitudes, longitudes }] of [
      { dimensions: ["time", "lat", "lon"], latitudes: [10, 20], longitudes: [-5, 0, 5] },
      { dimensions: ["lon", "lat", "time"], latitudes: [20, 10], longitudes: [5, 0, -5] },
      { dimensions: ["lat", "time", "lon"], latitudes: [10, 20], longitudes: [5, 0, -5] },
    ].entries()) {
      const dataset = await openGridded([await small(`${i}.nc`, { days: [0, 1], dimensions, latitudes, longitudes })])
      expect([...(await dataset.read("v"))]).toEqual(expected)
      expect([...(await dataset.read("v", { from: 1 }))]).toEqual(expected.slice(6))
      await dataset.close()
    }
  })

  it("follow each other in time, and tell times that come twice", async () => {
    const later = await small("later.nc", { days: [2, 3, 4] })
    const first = await small("first.nc", { days: [0, 1, 2] })
    const dataset = await openGridded([later, first])
    expect([...dataset.time.hours].map((hours) => formatDate(hours, "standard"))).toEqual([
      "2000-01-01",
      "2000-01-02",
      "2000-01-03",
      "2000-01-04",
      "2000-01-05",
    ])
    expect((await dataset.read("v")).filter((_, i) => i % 6 === 0)).toEqual(Float32Array.of(2000, 12_000, 22_000, 32_000, 42_000))
    expect(dataset.notices).toEqual([expect.stringMatching(/v: 1 times come twice \(the first is 2000-01-03\)/)])
    await dataset.close()
  })

  it("stand side by side at the times that all have, and tell what was dropped and where gaps are", async () => {
    const a = await small("a.nc", { variable: "a", days: [0, 1, 2, 3, 5, 6] })
    const b = await small("b.nc", { variable: "b", days: [1, 2, 3, 4, 5, 6] })
    const dataset = await openGridded([a, b])
    expect(dataset.variables.map(({ name }) => name)).toEqual(["a", "b"])
    expect(dataset.time.segments).toEqual([
      { from: 0, to: 3 },
      { from: 3, to: 5 },
    ])
    expect(dataset.notices).toEqual([
      expect.stringMatching(/2 of 7 times are dropped/),
      expect.stringMatching(/a gap \(from 2000-01-04 to 2000-01-06\)/),
    ])
    const series = await readSeries(dataset)
    expect(series.values).toHaveLength(5 * 2 * 6)
    expect([series.values[0], series.values[6]]).toEqual([12_000, 12_000])
    await dataset.close()
    const one = await openGridded([a, b], { variables: ["a"] })
    expect([one.time.hours.length, (await one.read("b"))[0]]).toEqual([6, NaN])
    await one.close()
  })

  it("sort unsorted times and leave out missing ones", async () => {
    const dataset = await openGridded([await small("a.nc", { days: [2, 0, 9.969_209_968_386_869e36] })])
    expect((await dataset.read("v")).filter((_, i) => i % 6 === 0)).toEqual(Float32Array.of(2000, 22_000))
    expect(dataset.notices).toEqual([expect.stringMatching(/1 states without a time/)])
    await dataset.close()
  })

  it("have a variable for each level, chosen by selector, and convert units", async () => {
    const file = await small("z.nc", {
      variable: "z",
      levels: [50_000, 85_000],
      attributes: { units: "m**2 s**-2", standard_name: "geopotential" },
    })
    const dataset = await openGridded([file])
    expect(dataset.variables.map(({ name, level }) => [name, level])).toEqual([
      ["z@500", 500],
      ["z@850", 850],
    ])
    const at850 = await dataset.read("z@850")
    expect(at850[0]).toBeCloseTo(2085, 0)
    expect(await dataset.read("geopotential@850")).toEqual(at850)
    expect((await dataset.read("z@850:m"))[0]).toBeCloseTo(2085 / 9.806_65, 1)
    expect(dataset.describe("z@850:m")).toMatchObject({ name: "z@850", units: "m" })
    for (const [selector, message] of [
      ["z", /one of the levels of "z" \(z@500, z@850\)/],
      ["z@700", /a variable of the data \(z@500, z@850\)/],
      ["t@850", ConfigError],
      ["z@850:K", /into which "m\*\*2 s\*\*-2" can be converted/],
    ] as const)
      await expect(readSeries(dataset, { variables: [selector] })).rejects.toThrow(message)
    await dataset.close()
  })

  it("are read between dates, the last one included whole", async () => {
    const dataset = await openGridded([await small("a.nc", { days: [0, 0.5, 1, 1.5, 40, 400] })])
    const steps = async (from?: string, to?: string): Promise<number> =>
      (await readSeries(dataset, { ...(from !== undefined && { from }), ...(to !== undefined && { to }) })).time.hours.length
    expect(await steps()).toBe(6)
    expect(await steps("2000-01-01", "2000-01-01")).toBe(2)
    expect(await steps("2000-01-01 12:00", "2000-01-02 00:00")).toBe(2)
    expect(await steps("2000-01", "2000-01")).toBe(4)
    expect(await steps("2000", "2000")).toBe(5)
    expect(await steps("2001")).toBe(1)
    await expect(steps("2005")).rejects.toThrow(/expected a stretch of 2000-01-01 to 2001-02-04/)
    await dataset.close()
  })

  it("refuse to mix grids and calendars, and files without fields, times or common times", async () => {
    const a = await small("a.nc")
    for (const [other, message] of [
      [await small("grid.nc", { latitudes: [10, 25] }), /expected the grid of .*, got 2 x 3, 25 to 10 north/],
      [await small("calendar.nc", { time: { calendar: "noleap" } }), /expected the calendar of .*, got "noleap"/],
      [await small("units.nc", { time: { units: "days" } }), /its time axis "time": expected units such as/],
      [await small("odd-calendar.nc", { time: { calendar: "lunar" } }), /got "lunar"/],
      [
        await small("other.nc", { variable: "w", days: [10, 11] }),
        /times that all variables have, got none \(v 2000-01-01 to 2000-01-03; w 2000-01-11/,
      ],
    ] as const) {
      await expect(openGridded([a, other])).rejects.toThrow(message)
      await expect(openGridded([a, other])).rejects.toThrow(DataError)
    }
    await expect(openGridded([])).rejects.toThrow(ConfigError)
    await expect(openGridded([path.join(folder, "none.nc")])).rejects.toThrow(/got no such file/)
    await expect(openGridded([folder])).rejects.toThrow(/got a folder of another kind/)
  })

  it.skipIf(shared === undefined)("hold what libnetcdf finds in the sets to train on, merged", async () => {
    const dataset = await openGridded(["z500_ei", "t850_ei", "mslp_ei"].map((name) => path.join(weather, `train/${name}.nc`)))
    expect([dataset.time.hours.length, dataset.time.stepHours, dataset.time.segments.length]).toEqual([4018, 24, 1])
    const { values, variables } = await readSeries(dataset, {
      variables: ["z:m", "t:degC", "mslp:hPa"],
      from: "2010-01-05",
      to: "2010-01-05",
    })
    expect(variables.map(({ units }) => units)).toEqual(["m", "degC", "hPa"])
    expect(values).toHaveLength(3 * 143)
    for (const [v, low, high] of [
      [0, 4900, 6000],
      [1, -25, 30],
      [2, 960, 1050],
    ] as const)
      expect(values.subarray(v * 143, (v + 1) * 143).every((value) => value > low && value < high)).toBe(true)
    await dataset.close()
  })

  it.skipIf(shared === undefined)("read transposed, Gaussian, single-time files with levels", async () => {
    const dataset = await openGridded([path.join(weather, "formats/era5_tl31_19590102T00.nc")])
    expect([dataset.grid.latitudes.length, dataset.grid.longitudes.length, dataset.grid.isPeriodic]).toEqual([32, 64, true])
    const t = await dataset.read("temperature@1000:degC")
    const rowMean = (row: number): number => t.subarray(row * 64, (row + 1) * 64).reduce((sum, value) => sum + value, 0) / 64
    expect([rowMean(0) < 0, rowMean(15) > 20, rowMean(31) < 5]).toEqual([true, true, true])
    await dataset.close()
  })
})
