import { existsSync } from "node:fs"
import { ConfigError, DataError } from "@scalewise/nn/errors"
import { openClassic } from "../netcdf/open-classic.ts"
import { createNetcdf, fillOf } from "../netcdf/netcdf-writer.ts"
import { completeName, forecastLayout, type ForecastContents, type ForecastLayout, type ForecastLayoutName } from "./forecast-layout.ts"

export interface CreateForecastFileOptions extends ForecastContents {
  /** Names of the axes: those of CF, or those of WeatherBench 2. @defaultValue "cf" */
  readonly layout?: ForecastLayoutName
  /**
   * Go on with the file that is there, if there is one; everything in these options must be the same as when it was begun, so a date of
   * the day has no place in `attributes`. @defaultValue false: a file that is there is overwritten
   */
  readonly resume?: boolean
}

/** Fields of neighbouring members of one start and lead. */
export interface ForecastBlock {
  /** Number of the start, 0..S-1. */
  readonly start: number
  /** Number of the lead, 0..L-1. */
  readonly lead: number
  /** Number of the first member, 0..M-1. @defaultValue 0 */
  readonly member?: number
  /** [m, V, H, W] for m members from `member` on; NaN is written as missing. */
  readonly values: Float32Array
}

/** A forecast file that is being written. */
export interface ForecastFile {
  readonly path: string
  /**
   * Writes a block to its place and marks it complete. Blocks may come in any order, also twice; what never comes stays missing.
   *
   * @throws ConfigError for a block that does not fit, DataError where the disk is full (what was written before stays readable)
   */
  write(block: ForecastBlock): Promise<void>
  /** Whether a start's lead and member is in the file already: what a forecast that goes on may leave out. */
  isComplete(at: { readonly start: number; readonly lead: number; readonly member: number }): boolean
  close(): Promise<void>
}

/**
 * Begins a NetCDF-3 file of ensemble forecasts, or goes on with one. Each block goes to its place on disk when it is written, so memory
 * holds no more than that block, and a program that is killed leaves a readable file with all blocks that were complete.
 *
 * Layouts (`V` stands for each variable; the first axis is unlimited):
 * - one start, "cf": `V(time, realization, latitude, longitude)`; `time` is the valid time in hours since the start, beside it
 *   `forecast_reference_time` and `forecast_period(time)`. This is what xarray, Panoply and ncview open as a film of each member.
 * - several starts, "cf": `V(init_time, lead_time, realization, latitude, longitude)`
 * - "wb2": `V(time, prediction_timedelta, number, latitude, longitude)`, where `time` is the start
 *
 * In each, `complete(..., realization)` is 1 for blocks that are written. A variable "z@500" is called "z500" and keeps its name in the
 * attribute `selector`. Files above 2 GiB are CDF-2, others CDF-1.
 *
 * ```ts
 * const file = await createForecastFile("forecast.nc", { variables, grid, calendar, starts, leads, members: 20, attributes: { seed: 1 } })
 * for (let lead = 0; lead < leads.length; lead++)
 *   for (let member = 0; member < 20; member += 5) // as many at a time as memory allows
 *     await file.write({ start: 0, lead, member, values: await fiveMembers(lead, member) })
 * await file.close()
 * ```
 *
 * @throws ConfigError for contents that no file can hold; DataError where the file cannot be written, or `resume` finds another forecast
 */
export async function createForecastFile(path: string, options: CreateForecastFileOptions): Promise<ForecastFile> {
  const { layout: name = "cf", resume = false, ...contents } = options
  checkContents(path, contents)
  const layout = forecastLayout(contents, name)
  const goesOn = resume && existsSync(path)
  const complete = goesOn
    ? await completeBlocks(path, layout, contents)
    : new Uint8Array(contents.starts.length * contents.leads.length * contents.members)
  const writer = await createNetcdf(path, layout.header, { expectedRecords: layout.records, append: goesOn })
  if (!goesOn) for (const [axis, values] of Object.entries(layout.fixed)) await writer.write(axis, values)

  const { leads, members, variables, grid } = contents
  const [rows, columns] = [grid.latitudes.length, grid.longitudes.length]
  const cells = rows * columns
  const index = (start: number, lead: number, member: number): number => (start * leads.length + lead) * members + member
  return {
    path,
    async write({ start, lead, member = 0, values }) {
      const count = values.length / (variables.length * cells)
      const fits =
        Number.isInteger(count) &&
        count >= 1 &&
        member >= 0 &&
        member + count <= members &&
        isPlace(start, contents.starts.length) &&
        isPlace(lead, leads.length)
      if (!fits)
        throw new ConfigError(
          `${path}: expected a block of whole members, [m, ${variables.length}, ${rows}, ${columns}], within ${contents.starts.length} starts, ${leads.length} leads and ${members} members, got ${values.length} values at start ${start}, lead ${lead}, member ${member}; check the block`,
        )
      const place = layout.place(start, lead)
      // Records come into being with their coordinates, those that are skipped too.
      for (let record = writer.records; record <= place[0]!; record++)
        for (const [axis, its] of Object.entries(layout.perRecord))
          await writer.write(axis, [its[record]!], { start: [record], count: [1] })
      const ones = place.map(() => 1)
      for (const [v, field] of layout.names.entries()) {
        const fieldMHW = new Float32Array(count * cells)
        for (let m = 0; m < count; m++)
          fieldMHW.set(values.subarray((m * variables.length + v) * cells, (m * variables.length + v + 1) * cells), m * cells)
        for (let i = 0; i < fieldMHW.length; i++) if (!Number.isFinite(fieldMHW[i]!)) fieldMHW[i] = fillOf.float32
        await writer.write(field, fieldMHW, { start: [...place, member, 0, 0], count: [...ones, count, rows, columns] })
      }
      await writer.write(completeName, new Uint8Array(count).fill(1), { start: [...place, member], count: [...ones, count] })
      complete.fill(1, index(start, lead, member), index(start, lead, member) + count)
    },
    isComplete: ({ start, lead, member }) => complete[index(start, lead, member)] === 1,
    close: () => writer.close(),
  }
}

const isPlace = (index: number, length: number): boolean => Number.isInteger(index) && index >= 0 && index < length

function checkContents(path: string, { variables, starts, leads, members, grid }: ForecastContents): void {
  const isRising = (values: Float64Array): boolean => values.length > 0 && values.every((value, i) => i === 0 || value > values[i - 1]!)
  const wrong = [
    variables.length > 0 ? "" : "at least one variable",
    isRising(starts) ? "" : "starts in ascending order",
    isRising(leads) ? "" : "leads in ascending order",
    Number.isInteger(members) && members >= 1 ? "" : "a whole number of members, 1 or more",
    grid.latitudes.length > 0 && grid.longitudes.length > 0 ? "" : "a grid with cells",
  ].find((text) => text !== "")
  if (wrong !== undefined) throw new ConfigError(`${path}: expected ${wrong} for a forecast file, got something else; correct the options`)
}

/** Which blocks of a file that is there are complete; [S, L, M]. Its axes must be those of this forecast. */
async function completeBlocks(path: string, layout: ForecastLayout, { starts, leads, members }: ForecastContents): Promise<Uint8Array> {
  const file = await openClassic(path)
  try {
    const records = file.dimensions.find(({ isUnlimited }) => isUnlimited)?.length ?? 0
    const expected = [
      ...Object.entries(layout.fixed),
      ...Object.entries(layout.perRecord).map(([axis, values]) => [axis, values.slice(0, records)] as const),
    ]
    for (const [axis, values] of expected) {
      const variable = file.variables.find((one) => one.name === axis)
      const found = variable ? await file.read(axis) : []
      const other = values.findIndex((value, i) => value !== found[i])
      if (found.length !== values.length || other >= 0)
        throw new DataError(
          `${path}: expected the forecast that was begun there to have the same ${axis}, got ${found[Math.max(0, other)] ?? "none"} where ${values[Math.max(0, other)]} should be; write to another file, or begin anew`,
        )
    }
    const complete = new Uint8Array(starts.length * leads.length * members)
    if (records > 0) complete.set(Uint8Array.from(await file.read(completeName), (flag) => (flag === 1 ? 1 : 0)))
    return complete
  } finally {
    await file.close()
  }
}
