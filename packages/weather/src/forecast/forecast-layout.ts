import { formatDate, type Calendar } from "../calendar/calendar.ts"
import type { FieldVariable } from "../data/field-series.ts"
import type { HeaderToWrite, TypedAttributes, VariableToWrite } from "../netcdf/encode-header.ts"
import { fillOf } from "../netcdf/netcdf-writer.ts"
import type { ForecastSource } from "./forecast-source.ts"

/** What a forecast file holds. */
export interface ForecastContents extends Pick<ForecastSource, "variables" | "grid" | "calendar" | "starts" | "leads" | "members"> {
  /** Of the file as a whole, such as the model, its seed and its settings. */
  readonly attributes?: Readonly<Record<string, string | number>>
}

/** "cf" as CF-minded tools want it, "wb2" with the names of WeatherBench 2. */
export type ForecastLayoutName = "cf" | "wb2"

/** How the contents lie in the file. */
export interface ForecastLayout {
  readonly header: HeaderToWrite
  /** Numbers of the axes and other small variables that do not grow. */
  readonly fixed: Readonly<Record<string, readonly number[]>>
  /** Numbers of the variables along the records, one of each record. */
  readonly perRecord: Readonly<Record<string, readonly number[]>>
  /** Number of records in the end. */
  readonly records: number
  /** Names in the file, in the order of the variables. */
  readonly names: readonly string[]
  /** Position of start number s and lead number l before the member: [record] or [record, lead]. */
  place(start: number, lead: number): readonly number[]
}

/** The variable that says which blocks are written: 1 where start, lead and member are complete. */
export const completeName = "complete"

/** Name of a variable in a file: "z@500" is "z500". */
export const fileName = (name: string): string => name.replaceAll(/[^\p{L}\p{N}_]/gu, "")

/**
 * The layout of a forecast file (documented in `createForecastFile`): with one start the records are the leads and `time` is the valid
 * time, with several the records are the starts; "wb2" always has starts as records.
 */
export function forecastLayout(contents: ForecastContents, name: ForecastLayoutName): ForecastLayout {
  const { variables, grid, calendar, starts, leads, members, attributes = {} } = contents
  const isSingle = name === "cf" && starts.length === 1
  const memberAxis = name === "wb2" ? "number" : "realization"
  const leadAxis = name === "wb2" ? "prediction_timedelta" : "lead_time"
  const startAxis = name === "wb2" ? "time" : "init_time"
  const numbers = (length: number): number[] => Array.from({ length }, (_, i) => i)

  const float = (axis: string, dimensions: readonly string[], its: TypedAttributes): VariableToWrite => ({
    name: axis,
    type: "float64",
    dimensions,
    attributes: its,
  })
  const sinceEpoch = { units: "hours since 1970-01-01 00:00:00", calendar }
  const startAttributes = { standard_name: "forecast_reference_time", long_name: "start of the forecast", ...sinceEpoch }
  const leadAttributes = { standard_name: "forecast_period", long_name: "time since the start", units: "hours" }
  const timeAxes = isSingle
    ? [
        float("forecast_reference_time", [], startAttributes),
        float("time", ["time"], {
          standard_name: "time",
          long_name: "valid time",
          axis: "T",
          units: `hours since ${clockDate(starts[0]!, calendar)}`,
          calendar,
        }),
        float("forecast_period", ["time"], leadAttributes),
      ]
    : [float(startAxis, [startAxis], startAttributes), float(leadAxis, [leadAxis], leadAttributes)]
  const before = isSingle ? ["time"] : [startAxis, leadAxis]
  const fields = variables.map((variable): VariableToWrite => ({
    name: fileName(variable.name),
    type: "float32",
    dimensions: [...before, memberAxis, "latitude", "longitude"],
    attributes: fieldAttributes(variable, isSingle),
  }))
  const header: HeaderToWrite = {
    dimensions: [
      { name: before[0]!, length: 0 },
      ...(isSingle ? [] : [{ name: leadAxis, length: leads.length }]),
      { name: memberAxis, length: members },
      { name: "latitude", length: grid.latitudes.length },
      { name: "longitude", length: grid.longitudes.length },
    ],
    attributes: { Conventions: "CF-1.8", ...Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, typed(value)])) },
    variables: [
      ...timeAxes,
      {
        name: memberAxis,
        type: "int32",
        dimensions: [memberAxis],
        attributes: { standard_name: "realization", long_name: "member of the ensemble", units: "1" },
      },
      float("latitude", ["latitude"], { standard_name: "latitude", units: "degrees_north", axis: "Y" }),
      float("longitude", ["longitude"], { standard_name: "longitude", units: "degrees_east", axis: "X" }),
      ...fields,
      {
        name: completeName,
        type: "int8",
        dimensions: [...before, memberAxis],
        attributes: {
          long_name: "whether the fields of this lead and member are written",
          flag_values: { type: "int8", values: [0, 1] },
          flag_meanings: "no yes",
        },
        fill: 0,
      },
    ],
  }
  const axes = { [memberAxis]: numbers(members), latitude: [...grid.latitudes], longitude: [...grid.longitudes] }
  return {
    header,
    names: fields.map((field) => field.name),
    fixed: isSingle ? { forecast_reference_time: [starts[0]!], ...axes } : { [leadAxis]: [...leads], ...axes },
    perRecord: isSingle ? { time: [...leads], forecast_period: [...leads] } : { [startAxis]: [...starts] },
    records: isSingle ? leads.length : starts.length,
    place: (start, lead) => (isSingle ? [lead] : [start, lead]),
  }
}

function fieldAttributes({ name, units, standardName, longName }: FieldVariable, isSingle: boolean): TypedAttributes {
  const level = /@([-\d.]+)$/.exec(name)?.[1]
  return {
    ...(standardName !== undefined && { standard_name: standardName }),
    ...(longName !== undefined && { long_name: longName }),
    units,
    ...(fileName(name) !== name && { selector: name }),
    ...(level !== undefined && { level: Number(level) }),
    cell_methods: "time: point",
    ...(isSingle && { coordinates: "forecast_reference_time forecast_period" }),
    _FillValue: { type: "float32", values: [fillOf.float32] },
  }
}

const typed = (value: string | number): TypedAttributes[string] =>
  Number.isInteger(value) && Math.abs(value as number) < 2 ** 31 ? { type: "int32", values: [value as number] } : value

/** "2010-01-05 00:00:00", as every reader of CF takes it. */
function clockDate(hours: number, calendar: Calendar): string {
  const text = formatDate(hours, calendar)
  return text.length === 10 ? `${text} 00:00:00` : /:\d\d:\d\d/.test(text) ? text : `${text}:00`
}
