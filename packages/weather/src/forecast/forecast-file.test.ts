import { mkdtemp, open, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { ConfigError, DataError } from "@scalewise/nn/errors"
import { sharedFolder } from "@scalewise/nn/testing"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { formatDate } from "../calendar/calendar.ts"
import { createNetcdf } from "../netcdf/netcdf-writer.ts"
import type { HeaderToWrite } from "../netcdf/encode-header.ts"
import { createForecastFile, type CreateForecastFileOptions } from "./create-forecast-file.ts"
import { openForecastFile } from "./open-forecast-file.ts"

const shared = sharedFolder()

let folder = ""
let file = ""
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "forecast-"))
  file = path.join(folder, "forecast.nc")
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})

const grid = { latitudes: Float64Array.of(50, 40), longitudes: Float64Array.of(-10, 0, 10), isPeriodic: false }
const day = 14_614 * 24
const contents = (starts: number, more: Partial<CreateForecastFileOptions> = {}): CreateForecastFileOptions => ({
  variables: [
    { name: "z@500", units: "m", standardName: "geopotential_height" },
    { name: "msl", units: "hPa", longName: "pressure" },
  ],
  grid,
  calendar: "noleap",
  starts: Float64Array.from({ length: starts }, (_, s) => day + 24 * s),
  leads: Float64Array.of(24, 48, 72),
  members: 4,
  attributes: { title: "test", seed: 7 },
  ...more,
})
/** A value for each start, lead, member, variable and cell. */
const valueAt = (s: number, l: number, m: number, v: number, cell: number): number => (((s * 3 + l) * 4 + m) * 2 + v) * 6 + cell
const block = (s: number, l: number, from: number, to: number): Float32Array =>
  Float32Array.from({ length: (to - from) * 12 }, (_, i) => valueAt(s, l, from + Math.floor(i / 12), Math.floor(i / 6) % 2, i % 6))

describe("forecast files", () => {
  it.each([
    ["cf", 1],
    ["cf", 2],
    ["wb2", 1],
    ["wb2", 2],
  ] as const)("of layout %s with %i starts give back what was written, in blocks of any order", async (layout, starts) => {
    const writer = await createForecastFile(file, contents(starts, { layout }))
    for (let s = starts - 1; s >= 0; s--) {
      for (const l of [2, 0, 1]) {
        await writer.write({ start: s, lead: l, member: 1, values: block(s, l, 1, 4) })
        await writer.write({ start: s, lead: l, values: block(s, l, 0, 1) })
      }
    }
    await writer.close()
    const source = await openForecastFile(file)
    expect(source).toMatchObject({
      name: "test",
      calendar: "noleap",
      members: 4,
      leads: Float64Array.of(24, 48, 72),
      starts: contents(starts).starts,
      variables: [
        { name: "z@500", units: "m", standardName: "geopotential_height" },
        { name: "msl", units: "hPa", longName: "pressure" },
      ],
    })
    expect(source.grid).toEqual(grid)
    for (let s = 0; s < starts; s++) expect([...(await source.read(s))]).toEqual(Array.from({ length: 144 }, (_, i) => s * 144 + i))
    await source.close()
  })

  it("go on after a crash where they ended: complete blocks are known, others are missing", async () => {
    for (const starts of [1, 2]) {
      const crashed = await createForecastFile(file, contents(starts))
      await crashed.write({ start: 0, lead: 1, member: 0, values: block(0, 1, 0, 2) })
      const resumed = await createForecastFile(file, contents(starts, { resume: true }))
      const done = [0, 1, 2].map((lead) => [0, 1, 2, 3].map((member) => resumed.isComplete({ start: 0, lead, member })))
      expect(done).toEqual([
        [false, false, false, false],
        [true, true, false, false],
        [false, false, false, false],
      ])
      await resumed.write({ start: 0, lead: 0, values: block(0, 0, 0, 4) })
      await resumed.close()
      await crashed.close()
      const source = await openForecastFile(file)
      const values = await source.read(0)
      expect([...values.subarray(0, 72)]).toEqual(Array.from({ length: 72 }, (_, i) => i))
      expect([...values.subarray(72, 96)].every(Number.isNaN)).toBe(true)
      await source.close()
    }
  })

  it("do not go on with another forecast", async () => {
    const writer = await createForecastFile(file, contents(2))
    await writer.write({ start: 0, lead: 0, values: block(0, 0, 0, 4) })
    await writer.close()
    for (const other of [
      contents(2, { attributes: { title: "test", seed: 8 } }),
      contents(2, { members: 5 }),
      contents(2, { leads: Float64Array.of(24, 48, 96) }),
      contents(2, { starts: Float64Array.of(day + 1, day + 24) }),
      contents(2, { grid: { ...grid, latitudes: Float64Array.of(51, 40) } }),
    ])
      await expect(createForecastFile(file, { ...other, resume: true })).rejects.toThrow(DataError)
    const fresh = await createForecastFile(path.join(folder, "new.nc"), contents(1, { resume: true }))
    expect(fresh.isComplete({ start: 0, lead: 0, member: 0 })).toBe(false)
    await fresh.close()
  })

  it("keep what was written when the disk is full", async () => {
    const writer = await createForecastFile(file, contents(2))
    await writer.write({ start: 0, lead: 0, values: block(0, 0, 0, 4) })
    const probe = await open(path.join(folder, "probe"), "w")
    const spy = vi.spyOn(Object.getPrototypeOf(probe) as { write: () => Promise<unknown> }, "write")
    spy.mockRejectedValue(Object.assign(new Error("no space"), { code: "ENOSPC" }))
    await expect(writer.write({ start: 1, lead: 0, values: block(1, 0, 0, 4) })).rejects.toThrow(/full disk; .* are kept/)
    spy.mockRestore()
    await probe.close()
    await writer.close()
    const resumed = await createForecastFile(file, contents(2, { resume: true }))
    expect([0, 1].map((start) => resumed.isComplete({ start, lead: 0, member: 3 }))).toEqual([true, false])
    await resumed.close()
  })

  it("write NaN as missing, and refuse blocks and contents that do not fit", async () => {
    const writer = await createForecastFile(file, contents(1))
    const values = block(0, 0, 0, 4)
    values[5] = NaN
    await writer.write({ start: 0, lead: 0, values })
    for (const wrong of [
      { start: 0, lead: 0, values: values.subarray(1) },
      { start: 0, lead: 0, member: 1, values },
      { start: 1, lead: 0, values },
      { start: 0, lead: 3, values },
      { start: 0, lead: 0, values: new Float32Array(0) },
    ])
      await expect(writer.write(wrong)).rejects.toThrow(ConfigError)
    await writer.close()
    const source = await openForecastFile(file)
    expect((await source.read(0)).subarray(4, 7)).toEqual(Float32Array.of(4, NaN, 6))
    await source.close()
    for (const wrong of [
      contents(1, { variables: [] }),
      contents(0),
      contents(1, { members: 0 }),
      contents(1, { leads: Float64Array.of(48, 24) }),
    ])
      await expect(createForecastFile(path.join(folder, "x.nc"), wrong)).rejects.toThrow(ConfigError)
  })
})

describe("forecast files of others", () => {
  const axis = (name: string, attributes: Record<string, string>) => ({ name, type: "float64" as const, dimensions: [name], attributes })
  const latLon = [axis("latitude", { units: "degrees_north" }), axis("longitude", { units: "degrees_east" })]

  async function write(header: Omit<HeaderToWrite, "attributes">, values: Record<string, readonly number[]>): Promise<void> {
    const writer = await createNetcdf(file, { attributes: {}, ...header })
    for (const [name, its] of Object.entries({ latitude: [40, 50], longitude: [0, 10, 20], ...values })) await writer.write(name, its)
    await writer.close()
  }
  const spaces = [
    { name: "latitude", length: 2 },
    { name: "longitude", length: 3 },
  ]
  const count = (length: number): number[] => Array.from({ length }, (_, i) => i)

  it("in ECMWF's order, with steps of nanoseconds, levels and members first", async () => {
    await write(
      {
        dimensions: [{ name: "number", length: 2 }, { name: "step", length: 2 }, { name: "isobaricInhPa", length: 2 }, ...spaces],
        variables: [
          axis("step", { units: "nanoseconds" }),
          axis("isobaricInhPa", { units: "hPa", positive: "down" }),
          {
            name: "time",
            type: "float64",
            dimensions: [],
            attributes: { units: "hours since 1970-01-01", standard_name: "forecast_reference_time" },
          },
          ...latLon,
          {
            name: "z",
            type: "float32",
            dimensions: ["number", "step", "isobaricInhPa", "latitude", "longitude"],
            attributes: { units: "m**2 s**-2" },
          },
        ],
      },
      { step: [2.16e13, 4.32e13], isobaricInhPa: [500, 850], time: [day], z: count(48) },
    )
    const source = await openForecastFile(file)
    expect([source.variables.map(({ name }) => name), [...source.leads], [...source.starts], source.members]).toEqual([
      ["z@500", "z@850"],
      [6, 12],
      [day],
      2,
    ])
    const values = await source.read(0) // [L, M, V, H, W], rows from the north
    const at = (l: number, m: number, v: number, row: number, column: number): number =>
      values[(((l * 2 + m) * 2 + v) * 2 + row) * 3 + column]!
    // In the file [M, L, V, H, W], rows from the south.
    expect(at(1, 0, 1, 0, 2)).toBe(12 + 6 + 3 + 2)
    expect(at(0, 1, 0, 1, 0)).toBe(24)
    await source.close()
  })

  it("with the start in the units of the valid time, and no members", async () => {
    const dimensions = [{ name: "time", length: 3 }, ...spaces]
    const field = { name: "t", type: "float32" as const, dimensions: ["time", "latitude", "longitude"], attributes: { units: "K" } }
    await write(
      { dimensions, variables: [axis("time", { units: "hours since 2010-01-05 12:00" }), ...latLon, field] },
      { time: [6, 12, 18], t: count(18) },
    )
    const source = await openForecastFile(file)
    expect([formatDate(source.starts[0]!, "standard"), [...source.leads], source.members]).toEqual(["2010-01-05 12:00", [6, 12, 18], 1])
    await source.close()
    // The date of the units may as well be that of a calendar's beginning: then nothing says where the forecast starts.
    await write(
      { dimensions, variables: [axis("time", { units: "hours since 1900-01-01" }), ...latLon, field] },
      { time: [964_000, 964_006, 964_012], t: count(18) },
    )
    await expect(openForecastFile(file)).rejects.toThrow(/the date of the start .* add a scalar variable "forecast_reference_time"/)
  })

  it("with starts and leads in falling order", async () => {
    await write(
      {
        dimensions: [{ name: "init_time", length: 2 }, { name: "lead_time", length: 2 }, ...spaces],
        variables: [
          axis("init_time", { units: "days since 2010-01-01" }),
          axis("lead_time", { units: "days" }),
          ...latLon,
          { name: "t", type: "float32", dimensions: ["init_time", "lead_time", "latitude", "longitude"], attributes: {} },
        ],
      },
      { init_time: [5, 4], lead_time: [2, 1], t: count(24) },
    )
    const source = await openForecastFile(file)
    expect([[...source.leads], source.starts.length, source.variables[0]!.units]).toEqual([[24, 48], 2, "1"])
    // Start 0 is the file's second, lead 0 its second, row 0 its second.
    expect((await source.read(0))[0]).toBe((1 * 2 + 1) * 6 + 3)
    await source.close()
  })

  it.skipIf(shared === undefined)("that are none, or lack their start, are refused", async () => {
    for (const [name, message] of [
      ["formats/ncl_contour.cdf", /the date of the start/],
      ["formats/ichthyop.nc", /none of its variables lies on a grid/],
      ["train/mslp_ei.nc", /the date of the start/],
      ["broken/not_nc.txt", /expected a NetCDF file/],
    ] as const)
      await expect(openForecastFile(path.join(shared!, "data/weather", name))).rejects.toThrow(message)
  })
})
