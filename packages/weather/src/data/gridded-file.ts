import { DataError } from "@scalewise/nn/errors"
import type { Calendar } from "../calendar/calendar.ts"
import { numbersAttribute, textAttribute } from "../cf/attribute.ts"
import { axisOf, type AxisKind } from "../cf/axis-of.ts"
import { isTimeUnits } from "../cf/decode-time.ts"
import { packingOf, type Packing } from "../cf/packing.ts"
import { canonicalUnits } from "../cf/unit-conversion.ts"
import { orientGrid, type GridOrder } from "../grid/orient-grid.ts"
import type { ArrayFile, ArrayVariable } from "./array-file.ts"
import { axisMoments, axisValues, coordinateOf } from "./axis-values.ts"

/** A variable of a file that lies on its latitude-longitude grid. */
export interface FileField {
  readonly variable: ArrayVariable
  readonly packing: Packing
  /** What each of its dimensions runs along; undefined only where the length is 1. */
  readonly axes: readonly (AxisKind | undefined)[]
  /** Of its level axis or its scalar level, pressure in hPa; undefined where it has none. */
  readonly levels: readonly number[] | undefined
}

/** One open file as weather: its grid, its times and its fields. */
export interface GriddedFile {
  readonly file: ArrayFile
  /** Undefined where no field lies on a latitude-longitude grid. */
  readonly order: GridOrder | undefined
  readonly calendar: Calendar
  /** Hours since 1970-01-01 00:00 along the time axis, in the file's order; undefined where there is none that can be decoded. */
  readonly hours: Float64Array | undefined
  readonly fields: readonly FileField[]
  /** Why other variables are no fields, and what else is in the way of using the file, each with what to do. */
  readonly reasons: readonly string[]
  readonly notices: readonly string[]
}

export interface GriddedFileOptions {
  /** Whether fields may run along starts, leads and members, as those of forecasts do. @defaultValue false */
  readonly forecasts?: boolean
}

/**
 * Finds the weather in a file: which axes are latitude, longitude, level and time, in whatever order and direction they are, and which
 * variables lie on them. What cannot be used is told in `reasons`, not thrown.
 */
export async function griddedFile(file: ArrayFile, { forecasts = false }: GriddedFileOptions = {}): Promise<GriddedFile> {
  const reasons: string[] = []
  const notices = [...file.notices]
  const coordinate = (dimension: string): ArrayVariable | undefined => coordinateOf(file, dimension)
  const kinds = new Map(file.dimensions.map(({ name }) => [name, axisOf(name, coordinate(name))]))

  const isData = ({ name, type, dimensions }: ArrayVariable): boolean =>
    type !== "char" && type !== "string" && dimensions.length >= 2 && !isBounds(name, file)
  const candidates = file.variables.filter(isData)
  const onGrid = candidates.filter(({ dimensions }) => {
    const its = dimensions.map((dimension) => kinds.get(dimension))
    return its.includes("latitude") && its.includes("longitude")
  })
  const gridOf = (variable: ArrayVariable): string => dimensionsOf(variable, kinds, ["latitude", "longitude"]).join()
  const usable = onGrid.filter((variable) => {
    const problem =
      fieldProblem(variable, kinds, forecasts) ??
      (gridOf(variable) === gridOf(onGrid[0]!) ? undefined : "lies on another grid than the first field; put it into its own file")
    if (problem !== undefined) reasons.push(`"${variable.name}" ${problem}`)
    return problem === undefined
  })
  if (onGrid.length === 0) reasons.push(noGridReason(file, candidates))

  const order = usable[0] && (await orderOf(file, usable[0], kinds, coordinate, reasons))
  if (order) notices.push(...order.notices)
  const time = await timesOf(file, usable, kinds, coordinate)
  reasons.push(...time.reasons)
  notices.push(...time.notices)

  const fields: FileField[] = []
  for (const variable of order ? usable : []) {
    const packing = packingOf(variable)
    notices.push(...packing.notices)
    fields.push({
      variable,
      packing,
      axes: variable.dimensions.map((name) => kinds.get(name)),
      levels: await levelsOf(file, variable, kinds, coordinate),
    })
  }
  return { file, order, calendar: time.calendar, hours: time.hours, fields, reasons, notices }
}

const isBounds = (name: string, file: ArrayFile): boolean =>
  /(_bnds|_bounds)$|^bounds_/i.test(name) ||
  file.variables.some(({ attributes }) => textAttribute(attributes, "bounds") === name || textAttribute(attributes, "climatology") === name)

const dimensionsOf = (
  { dimensions }: ArrayVariable,
  kinds: ReadonlyMap<string, AxisKind | undefined>,
  wanted: readonly AxisKind[],
): string[] => wanted.map((kind) => dimensions.find((name) => kinds.get(name) === kind)!)

/** Ends the sentence that its name begins; undefined where it is a field. */
function fieldProblem(
  { dimensions, shape }: ArrayVariable,
  kinds: ReadonlyMap<string, AxisKind | undefined>,
  forecasts: boolean,
): string | undefined {
  const seen = new Set<AxisKind>()
  for (const [axis, name] of dimensions.entries()) {
    const kind = kinds.get(name)
    if (kind !== undefined && seen.has(kind)) return `runs along two axes of ${kind}; take one of them out`
    if (kind !== undefined) seen.add(kind)
    if (shape[axis] === 1) continue
    if (kind === undefined)
      return `runs along "${name}", which is no axis of time, level, latitude or longitude; select one of its ${shape[axis]} parts first`
    if (!forecasts && (kind === "member" || kind === "lead" || kind === "start"))
      return `runs along "${name}", as forecasts do: verify and report read it, training needs one state at each time`
  }
  return undefined
}

function noGridReason({ variables, path }: ArrayFile, candidates: readonly ArrayVariable[]): string {
  const mend = 'regrid it to regular latitudes and longitudes first, for example with "cdo remapbil,r144x72 in.nc out.nc"'
  const standardName = (variable: ArrayVariable): string => textAttribute(variable.attributes, "standard_name") ?? ""
  if (variables.some((variable) => /^grid_(latitude|longitude)$/.test(standardName(variable))))
    return `its fields lie on a rotated grid; ${mend}`
  if (variables.some((variable) => /^projection_[xy]_coordinate$/.test(standardName(variable))))
    return `its fields lie on a projected grid; ${mend}`
  const flat = variables.filter((variable) => axisOf(variable.name, variable) === "latitude" && variable.dimensions.length === 2)
  if (
    flat.length > 0 &&
    candidates.some(({ dimensions }) => flat[0]!.dimensions.every((name) => dimensions.includes(name)) && dimensions.length > 2)
  )
    return `its latitudes and longitudes are two-dimensional (a curvilinear grid); ${mend}`
  if (path === "" || variables.length === 0) return "it holds no variables at all; choose a file with gridded fields"
  return "none of its variables lies on a grid of latitudes and longitudes (they may be stations, tracks or tables); choose a file with gridded fields"
}

async function orderOf(
  file: ArrayFile,
  field: ArrayVariable,
  kinds: ReadonlyMap<string, AxisKind | undefined>,
  coordinate: (name: string) => ArrayVariable | undefined,
  reasons: string[],
): Promise<GridOrder | undefined> {
  const values: Float64Array[] = []
  for (const name of dimensionsOf(field, kinds, ["latitude", "longitude"])) {
    const variable = coordinate(name)
    if (!variable) {
      reasons.push(`its axis "${name}" has no values; add a variable "${name}" with the degrees`)
      return undefined
    }
    values.push(await axisValues(file, variable))
  }
  try {
    return orientGrid(values[0]!, values[1]!)
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    reasons.push(error.message)
    return undefined
  }
}

async function timesOf(
  file: ArrayFile,
  fields: readonly ArrayVariable[],
  kinds: ReadonlyMap<string, AxisKind | undefined>,
  coordinate: (name: string) => ArrayVariable | undefined,
): Promise<{ calendar: Calendar; hours: Float64Array | undefined; reasons: string[]; notices: string[] }> {
  const name = fields.flatMap(({ dimensions }) => dimensions).find((dimension) => kinds.get(dimension) === "time")
  const scalar = file.variables.find(
    ({ shape, type, attributes }) => shape.length === 0 && type !== "char" && isTimeUnits(textAttribute(attributes, "units")),
  )
  const variable = name === undefined ? scalar : coordinate(name)
  const none = (reason: string): { calendar: Calendar; hours: undefined; reasons: string[]; notices: string[] } => ({
    calendar: "standard",
    hours: undefined,
    reasons: [reason],
    notices: [],
  })
  if (!variable) {
    if (fields.length === 0) return { ...none(""), reasons: [] }
    return none(
      name === undefined
        ? "its fields have no time; add a time axis"
        : `its axis "${name}" has no values; add a variable "${name}" with times`,
    )
  }
  try {
    const { calendar, hours, notices } = await axisMoments(file, variable)
    return { calendar, hours, reasons: [], notices: [...notices] }
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    return none(error.message.replace(/^(time|calendar): /, `its time axis "${variable.name}": `))
  }
}

async function levelsOf(
  file: ArrayFile,
  { dimensions, attributes }: ArrayVariable,
  kinds: ReadonlyMap<string, AxisKind | undefined>,
  coordinate: (name: string) => ArrayVariable | undefined,
): Promise<readonly number[] | undefined> {
  const name = dimensions.find((dimension) => kinds.get(dimension) === "level")
  const listed = textAttribute(attributes, "coordinates")?.split(/\s+/) ?? []
  const scalar = file.variables.find(
    (variable) => variable.shape.length === 0 && listed.includes(variable.name) && axisOf(variable.name, variable) === "level",
  )
  const variable = name === undefined ? scalar : coordinate(name)
  if (!variable) {
    const [level] = numbersAttribute(attributes, "level")
    const length = file.dimensions.find((dimension) => dimension.name === name)?.length
    return name === undefined ? (level === undefined ? undefined : [level]) : Array.from({ length: length ?? 0 }, (_, i) => i)
  }
  const values = await axisValues(file, variable)
  const isPascal = canonicalUnits(textAttribute(variable.attributes, "units") ?? "") === "Pa"
  return Array.from(values, (value) => Number((isPascal ? value / 100 : value).toPrecision(7)))
}
