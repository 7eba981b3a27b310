import { ConfigError, randomStream } from "@scalewise/nn"
import { hoursOf } from "../calendar/calendar.ts"
import { gravity } from "../cf/unit-conversion.ts"
import type { TypedAttributes, VariableToWrite } from "../netcdf/encode-header.ts"
import { writeWholeNetcdf } from "../netcdf/write-whole-netcdf.ts"
import { channelModel, type ChannelModelOptions } from "./channel-model.ts"

export interface WriteChannelSeriesOptions {
  /** Years of daily fields from 2001-01-01 on. @defaultValue 12 */
  readonly years?: number
  /** @defaultValue 1 */
  readonly seed?: number
  /** Whether to write the pressure at the ground, `msl`, beside the height of 500 hPa, `z500`. @defaultValue false */
  readonly surface?: boolean
  /** The model's own numbers. */
  readonly model?: Omit<ChannelModelOptions, "startDay">
  /** Told after each day that is written. */
  readonly onDay?: (day: number, days: number) => void
  readonly signal?: AbortSignal
}

/** Days before the first one that is kept: from noise to weather. */
const spinUp = 200
const coriolis = 1.031e-4 // 1/s at 45 degrees
const airDensity = 1.2 // kg/m3 near the ground
const firstYear = 2001
const degreesPerRow = 2.5

/** Packed as reanalyses are, in steps of 5 cm and 2 Pa. */
const packings = {
  z500: {
    scale: 0.05,
    offset: 5500,
    attributes: { standard_name: "geopotential_height", long_name: "Height of the 500 hPa surface", units: "m", level: 500 },
  },
  msl: {
    scale: 2,
    offset: 101_500,
    attributes: { standard_name: "air_pressure_at_mean_sea_level", long_name: "Mean sea level pressure", units: "Pa" },
  },
} as const

/**
 * Runs the channel model and writes its weather to a NetCDF file, as a stand-in for a reanalysis on a machine without data: daily
 * fields, 24 rows from 73.75 to 16.25 degrees north, 64 columns round the globe, packed in 16 bits. The same seed writes the same
 * file. The height of 500 hPa is the mean streamfunction of the layers times f/g, the pressure at the ground the lower one's times f and
 * the density of air.
 *
 * The file appears under its name when it is complete.
 *
 * @throws ConfigError for years that are none, DataError where the disk is full
 */
export async function writeChannelSeries(path: string, options: WriteChannelSeriesOptions = {}): Promise<void> {
  const { years = 12, seed = 1, surface = false, model: modelOptions = {}, onDay, signal } = options
  if (!(years > 0 && Number.isFinite(years)))
    throw new ConfigError(`channel model: expected years above 0, got ${years}; 12 make a good training set`)
  const start = hoursOf({ year: firstYear, month: 1, day: 1 }, "standard")
  const wholeYears = hoursOf({ year: firstYear + Math.floor(years), month: 1, day: 1 }, "standard")
  const days = Math.max(1, Math.round((wholeYears - start) / 24 + (years % 1) * 365.25))
  const model = channelModel(randomStream(seed), { ...modelOptions, startDay: -spinUp })
  const { rows, columns } = model.grid
  const names = surface ? (["z500", "msl"] as const) : (["z500"] as const)

  await writeWholeNetcdf(path, headerOf(names, rows, columns, seed), days, async (writer) => {
    await writer.write(
      "latitude",
      Array.from({ length: rows }, (_, row) => 45 + ((rows - 1) / 2 - row) * degreesPerRow),
    )
    await writer.write(
      "longitude",
      Array.from({ length: columns }, (_, column) => (column * 360) / columns),
    )
    model.advance(spinUp * 24)
    const packed = new Int16Array(rows * columns)
    for (let day = 0; day < days; day++) {
      signal?.throwIfAborted()
      await writer.write("time", [day], { start: [day], count: [1] })
      for (const name of names) {
        for (let row = 0; row < rows; row++)
          for (let column = 0; column < columns; column++)
            packed[row * columns + column] = packedValue(name, model.upper, model.lower, (rows - row) * columns + column)
        await writer.write(name, packed, { start: [day, 0, 0], count: [1, rows, columns] })
      }
      onDay?.(day + 1, days)
      if (day < days - 1) model.advance(24)
    }
  })
}

function packedValue(name: keyof typeof packings, upper: Float64Array, lower: Float64Array, at: number): number {
  const { scale, offset } = packings[name]
  const departure = name === "z500" ? ((upper[at]! + lower[at]!) / 2) * (coriolis / gravity) : lower[at]! * coriolis * airDensity
  const reference = name === "z500" ? 5500 : 101_300
  return Math.max(-32_766, Math.min(32_767, Math.round((reference + departure - offset) / scale)))
}

function headerOf(names: readonly (keyof typeof packings)[], rows: number, columns: number, seed: number) {
  const axis = (name: string, attributes: TypedAttributes): VariableToWrite => ({
    name,
    type: "float64",
    dimensions: [name],
    attributes: { standard_name: name, ...attributes },
  })
  return {
    dimensions: [
      { name: "time", length: 0 },
      { name: "latitude", length: rows },
      { name: "longitude", length: columns },
    ],
    attributes: {
      Conventions: "CF-1.8",
      title: "Weather of a two-layer quasi-geostrophic channel model",
      source: "Scalewise channel model: no observations",
      seed: { type: "int32" as const, values: [seed] },
    },
    variables: [
      axis("time", { units: `days since ${firstYear}-01-01 00:00:00`, calendar: "standard", axis: "T" }),
      axis("latitude", { units: "degrees_north", axis: "Y" }),
      axis("longitude", { units: "degrees_east", axis: "X" }),
      ...names.map((name): VariableToWrite => {
        const { attributes, scale, offset } = packings[name]
        return {
          name,
          type: "int16",
          dimensions: ["time", "latitude", "longitude"],
          attributes: { ...attributes, scale_factor: scale, add_offset: offset, _FillValue: { type: "int16", values: [-32_767] } },
        }
      }),
    ],
  }
}
