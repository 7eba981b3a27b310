import { ConfigError, DataError } from "@scalewise/nn/errors"
import type { Calendar } from "../calendar/calendar.ts"
import { formatDate } from "../calendar/calendar.ts"
import { textAttribute } from "../cf/attribute.ts"
import { abbreviations, parseSelector } from "../cf/selector.ts"
import { unitConversion } from "../cf/unit-conversion.ts"
import type { LatLonGrid } from "../grid/lat-lon-grid.ts"
import { gridText } from "../grid/grid-text.ts"
import { sameGrid } from "../grid/same-grid.ts"
import type { FieldVariable } from "./field-series.ts"
import { griddedFile, type FileField, type GriddedFile } from "./gridded-file.ts"
import { makeTimeAxis } from "./make-time-axis.ts"
import { openArrayFile } from "./open-array-file.ts"
import { readField } from "./read-field.ts"
import type { TimeAxis } from "./time-axis.ts"

/** One field of a dataset: a variable at one level. */
export interface GriddedVariable extends FieldVariable {
  /** Name of the variable in the file. */
  readonly variable: string
  /** Pressure in hPa, or whatever the axis counts; undefined where the variable has no level. */
  readonly level?: number
}

/** Gridded fields of one or several files, as one series of states; values are read when asked for. */
export interface GriddedDataset {
  readonly paths: readonly string[]
  readonly variables: readonly GriddedVariable[]
  readonly grid: LatLonGrid
  /** The times that all variables have. */
  readonly time: TimeAxis
  /** What was mended, dropped or is odd, one sentence each. */
  readonly notices: readonly string[]
  /**
   * The variable that a selector means: NAME, NAME@LEVEL, each also with :UNITS; the name may be the standard name or z, t, u, v, q, msl.
   *
   * @throws ConfigError where there is none, or several
   */
  describe(selector: string): GriddedVariable
  /**
   * Decoded values of one variable at times `from` to before `to`, rows from north to south, columns eastward; [T, H, W], NaN where
   * missing, converted where the selector names units.
   *
   * @throws ConfigError as `describe`; DataError for a damaged file
   */
  read(selector: string, range?: { readonly from?: number; readonly to?: number }): Promise<Float32Array>
  close(): Promise<void>
}

export interface OpenGriddedOptions {
  /**
   * The variables that must have each time, as selectors. Without, every variable counts for the common times.
   * @defaultValue all variables
   */
  readonly variables?: readonly string[]
}

/** Where one state of a variable lies. */
interface Place {
  readonly source: GriddedFile
  readonly field: FileField
  readonly levelIndex: number
  readonly timeIndex: number
  readonly hours: number
}

interface Layer {
  readonly variable: GriddedVariable
  places: Place[]
}

/**
 * Opens files of gridded fields (NetCDF-3, CDF-5, NetCDF-4 or a Zarr folder) as one dataset: files with the same variable follow each
 * other in time, files with other variables stand side by side, at the times that all have. What had to be dropped is in `notices`.
 *
 * @throws DataError for files that cannot be read, that hold no field with times, or that differ in grid or calendar; ConfigError for
 *   a variable that is not there
 */
export async function openGridded(paths: readonly string[], options: OpenGriddedOptions = {}): Promise<GriddedDataset> {
  if (paths.length === 0) throw new ConfigError("open gridded data: expected at least one file, got none; name a .nc file or a Zarr folder")
  const sources: GriddedFile[] = []
  const close = async (): Promise<void> => {
    await Promise.all(sources.map(({ file }) => file.close()))
  }
  try {
    for (const path of paths) sources.push(await griddedFile(await openArrayFile(path)))
    return { ...datasetOf(paths, sources, options), close }
  } catch (error) {
    await close()
    throw error
  }
}

function datasetOf(
  paths: readonly string[],
  sources: readonly GriddedFile[],
  { variables: wanted }: OpenGriddedOptions,
): Omit<GriddedDataset, "close"> {
  const notices: string[] = []
  const [first] = sources
  const calendar = first!.calendar
  for (const source of sources) {
    const { path } = source.file
    if (!source.order || source.fields.length === 0 || !source.hours)
      throw new DataError(
        `${path}: expected gridded fields with times, got a file of another kind: ${source.reasons.join("; ") || "it has no fields"}`,
      )
    if (!sameGrid(source.order.grid, first!.order!.grid))
      throw new DataError(
        `${path}: expected the grid of ${first!.file.path} (${gridText(first!.order!.grid)}), got ${gridText(source.order.grid)}; regrid one of them`,
      )
    if (source.calendar !== calendar)
      throw new DataError(
        `${path}: expected the calendar of ${first!.file.path} ("${calendar}"), got "${source.calendar}"; these files cannot be merged`,
      )
    notices.push(...source.notices.map((notice) => `${path}: ${notice}`), ...source.reasons.map((reason) => `${path}: ${reason}`))
  }
  const grid = first!.order!.grid
  const layers = namedLayers(sources)
  if (layers.length === 0)
    throw new DataError(`${paths.join(", ")}: expected a field that changes with time, got none; choose another file`)
  for (const layer of layers) layer.places = inOrder(layer, notices, calendar)

  const find = (text: string): Layer => findLayer(layers, text)
  const needed = wanted && wanted.length > 0 ? [...new Set(wanted.map(find))] : layers
  const hours = commonHours(needed, notices, calendar)
  if (hours.length === 0) {
    const spans = needed.map(({ variable, places }) => `${variable.name} ${spanText(places, calendar)}`)
    throw new DataError(
      `${paths.join(", ")}: expected times that all variables have, got none (${spans.join("; ")}); choose files of the same times`,
    )
  }
  const time = makeTimeAxis(hours, calendar)
  if (time.segments.length > 1) notices.push(gapText(time))
  const atTimes = new Map(layers.map((layer) => [layer, new Map(layer.places.map((place) => [place.hours, place]))]))

  const describe = (text: string): GriddedVariable => {
    const { variable } = find(text)
    const { units } = parseSelector(text)
    if (units === undefined) return variable
    unitConversion(variable.units, units)
    return { ...variable, units }
  }
  return {
    paths: [...paths],
    variables: layers.map(({ variable }) => variable),
    grid,
    time,
    notices,
    describe,
    async read(text, { from = 0, to = hours.length } = {}): Promise<Float32Array> {
      const layer = find(text)
      const places = atTimes.get(layer)!
      const cells = grid.latitudes.length * grid.longitudes.length
      const values = new Float32Array((to - from) * cells).fill(NaN)
      for (let next = from; next < to;) {
        const place = places.get(hours[next]!)
        if (!place) {
          next++ // a variable that was not asked for when the dataset was opened may lack times
          continue
        }
        let count = 1
        while (next + count < to && isNext(places.get(hours[next + count]!), place, count)) count++
        const part = { time: { start: place.timeIndex, count }, level: { start: place.levelIndex, count: 1 } }
        values.set(await readField(place.source.file, place.field, place.source.order!, part, ["time"]), (next - from) * cells)
        next += count
      }
      const { units } = parseSelector(text)
      const { scale, offset } = units === undefined ? { scale: 1, offset: 0 } : unitConversion(layer.variable.units, units)
      return scale === 1 && offset === 0 ? values : values.map((value) => value * scale + offset)
    },
  }
}

const isNext = (place: Place | undefined, first: Place, count: number): boolean =>
  place !== undefined && place.source === first.source && place.field === first.field && place.timeIndex === first.timeIndex + count

/** Every variable at every level, with the places of its states; a level is part of the name only where there are several. */
function namedLayers(sources: readonly GriddedFile[]): Layer[] {
  const layers = new Map<string, { variable: Omit<GriddedVariable, "name">; places: Place[] }>()
  for (const source of sources) {
    for (const field of source.fields) {
      const { variable, levels } = field
      // Without an axis of time a field belongs to the file's one time; beside fields that have one it is no state (a land mask, say).
      const isStatic = !field.axes.includes("time")
      if (isStatic && (source.hours!.length !== 1 || source.fields.some(({ axes }) => axes.includes("time")))) continue
      for (const [levelIndex, level] of (levels ?? [undefined]).entries()) {
        const key = level === undefined ? variable.name : `${variable.name}@${level}`
        const standardName = textAttribute(variable.attributes, "standard_name")
        const longName = textAttribute(variable.attributes, "long_name")
        const layer = layers.get(key) ?? {
          variable: {
            variable: variable.name,
            units: textAttribute(variable.attributes, "units") ?? "1",
            ...(level !== undefined && { level }),
            ...(standardName !== undefined && { standardName }),
            ...(longName !== undefined && { longName }),
          },
          places: [],
        }
        layers.set(key, layer)
        for (const [timeIndex, hours] of source.hours!.entries()) layer.places.push({ source, field, levelIndex, timeIndex, hours })
      }
    }
  }
  const perName = new Map<string, number>()
  for (const { variable } of layers.values()) perName.set(variable.variable, (perName.get(variable.variable) ?? 0) + 1)
  return [...layers.entries()].map(([key, { variable, places }]) => ({
    variable: { name: perName.get(variable.variable) === 1 ? variable.variable : key, ...variable },
    places,
  }))
}

/** Places by time, one of each; of two, the first file's. */
function inOrder({ variable, places }: Layer, notices: string[], calendar: Calendar): Place[] {
  const known = places.filter(({ hours }) => Number.isFinite(hours))
  if (known.length < places.length) notices.push(`${variable.name}: ${places.length - known.length} states without a time are left out`)
  const sorted = known.sort((a, b) => a.hours - b.hours)
  const single = sorted.filter(({ hours }, i) => i === 0 || hours !== sorted[i - 1]!.hours)
  if (single.length < sorted.length) {
    const [repeated] = sorted.filter(({ hours }, i) => i > 0 && hours === sorted[i - 1]!.hours)
    notices.push(
      `${variable.name}: ${sorted.length - single.length} times come twice (the first is ${formatDate(repeated!.hours, calendar)}); the first of each is used`,
    )
  }
  return single
}

function commonHours(layers: readonly Layer[], notices: string[], calendar: Calendar): Float64Array {
  const sets = layers.map(({ places }) => new Set(places.map(({ hours }) => hours)))
  const all = [...new Set(layers.flatMap(({ places }) => places.map(({ hours }) => hours)))].sort((a, b) => a - b)
  const common = all.filter((hours) => sets.every((set) => set.has(hours)))
  const dropped = all.length - common.length
  if (dropped > 0 && common.length > 0) {
    const [one] = all.filter((hours) => !sets.every((set) => set.has(hours)))
    notices.push(
      `${dropped} of ${all.length} times are dropped, since not all variables have them (the first is ${formatDate(one!, calendar)})`,
    )
  }
  return Float64Array.from(common)
}

function findLayer(layers: readonly Layer[], text: string): Layer {
  const exact = layers.find(({ variable }) => variable.name === text)
  if (exact) return exact
  const { name, level } = parseSelector(text)
  const lower = name.toLowerCase()
  const named = (matches: (variable: GriddedVariable) => boolean): Layer[] => layers.filter(({ variable }) => matches(variable))
  const groups = [
    named((variable) => variable.name === name || variable.variable === name),
    named(({ standardName }) => standardName?.toLowerCase() === lower),
    named((variable) => variable.variable.toLowerCase() === lower),
    ...(abbreviations[lower] ?? []).map((standard) =>
      named((variable) => variable.standardName === standard || variable.variable === standard),
    ),
  ]
  const ofName = groups.find((group) => group.length > 0) ?? []
  const found = level === undefined ? ofName : ofName.filter(({ variable }) => Math.abs((variable.level ?? NaN) - level) < 1e-3)
  if (found.length === 1) return found[0]!
  const names = (found.length > 1 ? found : layers).map(({ variable }) => variable.name).join(", ")
  throw new ConfigError(
    `variable: expected ${found.length > 1 ? `one of the levels of "${name}"` : "a variable of the data"} (${names}), got "${text}"; name one of them`,
  )
}

function gapText({ hours, calendar, segments, stepHours }: TimeAxis): string {
  const [before, after] = [hours[segments[0]!.to - 1]!, hours[segments[1]!.from]!]
  const gaps = segments.length - 1
  return `its times, ${stepHours} hours apart, have ${gaps === 1 ? "a gap" : `${gaps} gaps`} (${gaps === 1 ? "" : "the first "}from ${formatDate(before, calendar)} to ${formatDate(after, calendar)}): no forecast crosses ${gaps === 1 ? "it" : "them"}`
}

function spanText(places: readonly Place[], calendar: Calendar): string {
  if (places.length === 0) return "no time"
  return `${formatDate(places[0]!.hours, calendar)} to ${formatDate(places.at(-1)!.hours, calendar)}`
}
