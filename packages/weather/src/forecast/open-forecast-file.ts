import path from "node:path"
import { DataError } from "@scalewise/nn/errors"
import type { Calendar } from "../calendar/calendar.ts"
import { textAttribute } from "../cf/attribute.ts"
import { axisOf, type AxisKind } from "../cf/axis-of.ts"
import { isTimeUnits } from "../cf/decode-time.ts"
import type { ArrayFile, ArrayVariable } from "../data/array-file.ts"
import { axisHours, axisMoments, coordinateOf } from "../data/axis-values.ts"
import type { FieldVariable } from "../data/field-series.ts"
import { griddedFile, type FileField, type GriddedFile } from "../data/gridded-file.ts"
import { openArrayFile } from "../data/open-array-file.ts"
import { readField, type FieldPart } from "../data/read-field.ts"
import type { ForecastSource } from "./forecast-source.ts"

/** When the forecasts of a file start and how far they reach, with the axes that say so; undefined axes do not exist. */
interface ForecastTimes {
  readonly calendar: Calendar
  readonly starts: Float64Array
  readonly leads: Float64Array
  readonly startAxis: "start" | "time" | undefined
  readonly leadAxis: "lead" | "time" | undefined
}

/** One variable at one level. */
interface Layer {
  readonly variable: FieldVariable
  readonly field: FileField
  readonly levelIndex: number
}

/**
 * Opens a file of forecasts: one of ours, or any NetCDF or Zarr file in a usual layout. Axes are known by their standard names and their
 * usual names: starts (forecast_reference_time, init_time, or `time` beside an axis of leads), leads (forecast_period, lead_time,
 * prediction_timedelta, step), members (realization, number, member, ensemble; without, it is one), levels, latitude and longitude, in
 * any order and direction. With one start, `time` may be the valid time: the start is then `forecast_reference_time`, or the date in the
 * units of `time`.
 *
 * @throws DataError for a file that cannot be read, and for one without starts, leads or fields
 */
export async function openForecastFile(file: string): Promise<ForecastSource & { close(): Promise<void> }> {
  const arrays = await openArrayFile(file)
  try {
    return await sourceOf(file, arrays)
  } catch (error) {
    await arrays.close()
    throw error
  }
}

async function sourceOf(name: string, file: ArrayFile): Promise<ForecastSource & { close(): Promise<void> }> {
  const gridded = await griddedFile(file, { forecasts: true })
  const { order, fields } = gridded
  if (!order || fields.length === 0)
    throw new DataError(
      `${name}: expected a file of forecasts, got one of another kind: ${[...new Set(gridded.reasons)].join("; ") || "it has no fields"}`,
    )
  const timeKinds: readonly AxisKind[] = ["start", "time", "lead", "member"]
  const axesOf = ({ axes, variable }: FileField): string => timeKinds.map((kind) => variable.dimensions[axes.indexOf(kind)] ?? "").join()
  // Fields that change with lead and member; a land mask beside them does not.
  const most = fields.reduce((best, field) => (rank(field) > rank(best) ? field : best))
  const its = fields.filter((field) => axesOf(field) === axesOf(most))
  const times = await forecastTimes(gridded, most)

  const startOrder = ascending(times.starts)
  const leadOrder = ascending(times.leads)
  const members = most.axes.includes("member") ? most.variable.shape[most.axes.indexOf("member")]! : 1
  const layers = layersOf(its)
  const { grid } = order
  const cells = grid.latitudes.length * grid.longitudes.length
  return {
    name: textAttribute(file.attributes, "title") ?? path.basename(name),
    variables: layers.map(({ variable }) => variable),
    grid,
    calendar: times.calendar,
    starts: Float64Array.from(startOrder, (i) => times.starts[i]!),
    leads: Float64Array.from(leadOrder, (i) => times.leads[i]!),
    members,
    async read(start) {
      if (startOrder[start] === undefined) throw new RangeError(`start ${start} of ${startOrder.length}`)
      const valuesLMVHW = new Float32Array(leadOrder.length * members * layers.length * cells)
      for (const [v, { field, levelIndex }] of layers.entries()) {
        const part: FieldPart = {
          ...(times.startAxis && { [times.startAxis]: { start: startOrder[start], count: 1 } }),
          ...(times.leadAxis && { [times.leadAxis]: { start: 0, count: leadOrder.length } }),
          member: { start: 0, count: members },
          level: { start: levelIndex, count: 1 },
        }
        const fieldLMHW = await readField(file, field, order, part, [times.leadAxis ?? "lead", "member"])
        for (const [l, from] of leadOrder.entries())
          for (let m = 0; m < members; m++) {
            const cell = (from * members + m) * cells
            valuesLMVHW.set(fieldLMHW.subarray(cell, cell + cells), ((l * members + m) * layers.length + v) * cells)
          }
      }
      return valuesLMVHW
    },
    close: () => file.close(),
  }
}

const rank = ({ axes }: FileField): number =>
  axes.filter((kind) => kind !== undefined && ["start", "time", "lead", "member"].includes(kind)).length

const ascending = (values: Float64Array): number[] => [...values.keys()].sort((a, b) => values[a]! - values[b]!)

async function forecastTimes({ file, calendar, hours }: GriddedFile, { axes, variable }: FileField): Promise<ForecastTimes> {
  const coordinate = (kind: AxisKind): ArrayVariable | undefined => {
    const at = axes.indexOf(kind)
    return at < 0 ? undefined : coordinateOf(file, variable.dimensions[at]!)
  }
  const scalar = (kind: AxisKind): ArrayVariable | undefined =>
    file.variables.find((one) => one.shape.length === 0 && axisOf(one.name, one) === kind)
  const has = (kind: AxisKind): boolean => axes.includes(kind)
  const missing = (what: string, mend: string): DataError =>
    new DataError(`${file.path}: expected ${what} in a file of forecasts, got none; ${mend}`)

  const startAxis = has("start") ? "start" : has("time") && has("lead") ? "time" : undefined
  if (startAxis) {
    const startVariable = coordinate(startAxis)
    if (!startVariable)
      throw missing("the dates of the starts", `add a variable "${variable.dimensions[axes.indexOf(startAxis)]}" with them`)
    const { hours: starts, calendar: of } = await axisMoments(file, startVariable)
    const leadAxis = has("lead") ? "lead" : has("time") ? "time" : undefined
    const leadVariable = leadAxis ? coordinate(leadAxis) : scalar("lead")
    if (!leadVariable) throw missing("the leads", 'add a variable of lead times in hours, such as "lead_time"')
    return { calendar: of, starts, leads: await axisHours(file, leadVariable), startAxis, leadAxis }
  }

  const startScalar = scalar("start")
  const given =
    startScalar && isTimeUnits(textAttribute(startScalar.attributes, "units")) ? await axisMoments(file, startScalar) : undefined
  if (has("lead")) {
    const known = given ?? (hours && hours.length === 1 ? { hours, calendar } : undefined)
    const leadVariable = coordinate("lead")
    if (!known) throw missing("the date of the start", 'add a scalar variable "forecast_reference_time", such as "hours since 1970-01-01"')
    if (!leadVariable) throw missing("the leads", `add a variable "${variable.dimensions[axes.indexOf("lead")]}" with hours`)
    return {
      calendar: known.calendar,
      starts: known.hours.slice(0, 1),
      leads: await axisHours(file, leadVariable),
      startAxis: undefined,
      leadAxis: "lead",
    }
  }
  const timeVariable = coordinate("time")
  if (!timeVariable || !hours) throw missing("an axis of leads or valid times", 'add a variable "time", such as "hours since 2010-01-05"')
  const start = given?.hours[0] ?? (await unitsOrigin(file, timeVariable))
  const leads = hours.map((hour) => Math.round((hour - start) * 3600) / 3600)
  // The date of a units text is as often the beginning of a century as the start of a forecast.
  if (!leads.every((lead) => lead >= 0 && lead <= longestLead))
    throw missing("the date of the start", 'add a scalar variable "forecast_reference_time", such as "hours since 1970-01-01"')
  return { calendar, starts: Float64Array.of(start), leads, startAxis: undefined, leadAxis: "time" }
}

/** Hours; no ensemble forecast of weather reaches further than a year. */
const longestLead = 366 * 24

/** The moment that the number 0 means. */
async function unitsOrigin(file: ArrayFile, variable: ArrayVariable): Promise<number> {
  const zero: ArrayFile = { ...file, read: () => Promise.resolve(Float64Array.of(0)) }
  return (await axisMoments(zero, variable)).hours[0]!
}

function layersOf(fields: readonly FileField[]): Layer[] {
  return fields.flatMap((field) => {
    const { variable, levels } = field
    const { attributes } = variable
    const standardName = textAttribute(attributes, "standard_name")
    const longName = textAttribute(attributes, "long_name")
    return (levels ?? [undefined]).map((level, levelIndex) => ({
      field,
      levelIndex,
      variable: {
        name:
          textAttribute(attributes, "selector") ??
          (level === undefined || levels!.length === 1 ? variable.name : `${variable.name}@${level}`),
        units: textAttribute(attributes, "units") ?? "1",
        ...(standardName !== undefined && { standardName }),
        ...(longName !== undefined && { longName }),
      },
    }))
  })
}
