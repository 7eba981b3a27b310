import { DataError } from "@scalewise/nn/errors"
import { formatDate } from "../calendar/calendar.ts"
import { textAttribute } from "../cf/attribute.ts"
import type { ArrayFile, ArrayVariable } from "./array-file.ts"
import { griddedFile, type FileField, type GriddedFile } from "./gridded-file.ts"
import { makeTimeAxis } from "./make-time-axis.ts"
import { openArrayFile } from "./open-array-file.ts"
import { summariseVariable } from "./summarise-variable.ts"
import type { TimeAxis } from "./time-axis.ts"

/** A variable as `inspect` tells it; numbers are decoded, null where there are none. */
export interface DescribedVariable {
  readonly name: string
  readonly dimensions: readonly string[]
  readonly shape: readonly number[]
  readonly units: string | null
  readonly missing: number | null
  readonly minimum: number | null
  readonly maximum: number | null
  readonly mean: number | null
}

/** Times as `inspect` tells them. */
export interface DescribedTime {
  readonly calendar: string
  readonly from: string
  readonly to: string
  readonly steps: number
  /** Null for a single time. */
  readonly stepHours: number | null
  /** Last time before and first time after each gap. */
  readonly gaps: readonly { readonly from: string; readonly to: string }[]
}

/** The grid as `inspect` tells it: degrees, rows from north to south, columns eastward. */
export interface DescribedGrid {
  readonly rows: number
  readonly columns: number
  readonly latitudes: readonly [north: number, south: number]
  readonly longitudes: readonly [west: number, east: number]
  readonly periodic: boolean
  /** Whether rows lie equally far apart, as those of Gaussian grids do not quite. */
  readonly even: boolean
}

/** What is in a file of arrays, and whether a forecaster can be trained on it. */
export interface FileDescription {
  readonly file: string
  readonly format: string
  readonly variables: readonly DescribedVariable[]
  readonly time: DescribedTime | null
  readonly grid: DescribedGrid | null
  readonly trainable: boolean
  /** Why not, each with what to do; empty where it can be trained on. */
  readonly reasons: readonly string[]
}

/** A description, and what else a person should know. */
export interface DescribedFile {
  readonly description: FileDescription
  /** What was mended or left out. */
  readonly notices: readonly string[]
  /** What is damaged, though the rest can be read. */
  readonly faults: readonly string[]
}

/** Fewer examples, each of three states in a row, than this are not worth the name of training. */
const fewestExamples = 200
const smallestSide = 4

/**
 * Says what is in a file: every variable with its decoded range, times, grid, and whether it can be trained on. Values are read in
 * pieces; memory does not grow with the file.
 *
 * @throws DataError for a file that cannot be read, and for one without a single number
 */
export async function describeFile(path: string, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<DescribedFile> {
  const file = await openArrayFile(path)
  try {
    return await described(path, file, signal)
  } finally {
    await file.close()
  }
}

async function described(path: string, file: ArrayFile, signal: AbortSignal | undefined): Promise<DescribedFile> {
  const isText = ({ type }: ArrayVariable): boolean => type === "char" || type === "string"
  if (file.variables.every(isText))
    throw new DataError(
      `${path}: expected a file with numbers, got one with ${file.variables.length === 0 ? "no variables" : "text only"}; choose a file with gridded fields`,
    )
  const gridded = await griddedFile(file)
  const { order, hours, calendar, fields } = gridded
  const known = hours?.filter(Number.isFinite).sort()
  const time = known && known.length > 0 ? makeTimeAxis(known, calendar) : undefined

  const faults = [...file.notices]
  const variables: DescribedVariable[] = []
  const examples: { name: string; complete: number; states: number }[] = []
  for (const variable of file.variables) {
    const { name, dimensions, shape, attributes } = variable
    const head = { name, dimensions, shape, units: textAttribute(attributes, "units") ?? null }
    if (isText(variable)) {
      await file.readText(name) // damage shows here
      variables.push({ ...head, missing: null, minimum: null, maximum: null, mean: null })
      continue
    }
    const field = fields.find((one) => one.variable === variable)
    const states = field && statesOf(field)
    const { infinite, ...summary } = await summariseVariable(file, variable, { signal, ...(states && { onMissing: states.onMissing }) })
    variables.push({ ...head, ...summary })
    if (infinite > 0) faults.push(`"${name}" holds ${infinite} infinite value${infinite === 1 ? "" : "s"}, which count as missing`)
    if (states && hours) examples.push({ name, ...states.count(hours) })
  }
  const reasons = [...new Set(reasonsOf(gridded, time, examples))]
  return {
    description: {
      file: path,
      format: file.format,
      variables,
      time: time ? describedTime(time) : null,
      grid: order ? describedGrid(order.grid) : null,
      trainable: reasons.length === 0,
      reasons,
    },
    notices: [...new Set([...gridded.notices, ...(reasons.length === 0 ? gridded.reasons : [])])].filter(
      (notice) => !faults.includes(notice),
    ),
    faults,
  }
}

/** Counts the examples that a field's level with the fewest missing values gives: states in a row, three at a time. */
function statesOf({ variable: { shape }, axes }: FileField): {
  onMissing: (position: number) => void
  count: (hours: Float64Array) => { complete: number; states: number }
} {
  const axis = (kind: "time" | "level"): { length: number; stride: number } => {
    const at = axes.indexOf(kind)
    return at < 0
      ? { length: 1, stride: 1 }
      : { length: shape[at]!, stride: shape.slice(at + 1).reduce((product, length) => product * length, 1) }
  }
  const [time, level] = [axis("time"), axis("level")]
  const holed = new Uint8Array(time.length * level.length)
  return {
    onMissing(position) {
      const t = Math.floor(position / time.stride) % time.length
      holed[(time.length === 1 ? 0 : t) * level.length + (level.length === 1 ? 0 : Math.floor(position / level.stride) % level.length)] = 1
    },
    count(hours) {
      if (hours.length !== time.length) return { complete: 0, states: 0 }
      const perLevel = Array.from({ length: level.length }, (_, l) => {
        const order = [...hours.keys()].filter((t) => Number.isFinite(hours[t]!)).sort((a, b) => hours[a]! - hours[b]!)
        const whole = order.filter((t) => holed[t * level.length + l] === 0)
        return { order, whole }
      })
      const best = perLevel.reduce((a, b) => (b.whole.length > a.whole.length ? b : a))
      const { segments } = makeTimeAxis(
        Float64Array.from(best.whole, (t) => hours[t]!),
        "standard",
      )
      return {
        complete: segments.reduce((sum, { from, to }) => sum + Math.max(0, to - from - 2), 0),
        states: best.order.length - best.whole.length,
      }
    },
  }
}

function reasonsOf(
  { order, hours, fields, reasons }: GriddedFile,
  time: TimeAxis | undefined,
  examples: readonly { name: string; complete: number; states: number }[],
): string[] {
  if (!order || fields.length === 0 || !hours) return [...reasons]
  const { latitudes, longitudes } = order.grid
  if (latitudes.length < smallestSide || longitudes.length < smallestSide)
    return [`its grid of ${latitudes.length} x ${longitudes.length} cells is too small; ${smallestSide} rows and columns are the least`]
  if (!time || examples.length === 0 || Number.isNaN(time.stepHours))
    return ["it holds one time only, and training needs a series; join files of several times"]
  const best = examples.reduce((a, b) => (b.complete > a.complete ? b : a))
  if (best.complete >= fewestExamples) return []
  const holes =
    best.states > 0
      ? ` (${best.states} of ${time.hours.length} states have missing values, over land perhaps; choose a region or variable without)`
      : ""
  const gaps = time.segments.length > 1 ? ` and its times have ${time.segments.length - 1} gaps` : ""
  return [
    `it has ${best.complete} examples of three states in a row to train on, and ${fewestExamples} are the least${holes}${gaps}; add files of more times`,
  ]
}

function describedTime({ hours, calendar, stepHours, segments }: TimeAxis): DescribedTime {
  const date = (index: number): string => formatDate(hours[index]!, calendar)
  return {
    calendar,
    from: date(0),
    to: date(hours.length - 1),
    steps: hours.length,
    stepHours: Number.isNaN(stepHours) ? null : stepHours,
    gaps: segments.slice(1).map(({ from }) => ({ from: date(from - 1), to: date(from) })),
  }
}

function describedGrid({
  latitudes,
  longitudes,
  isPeriodic,
}: {
  latitudes: Float64Array
  longitudes: Float64Array
  isPeriodic: boolean
}): DescribedGrid {
  const steps = [...latitudes].slice(1).map((value, row) => latitudes[row]! - value)
  return {
    rows: latitudes.length,
    columns: longitudes.length,
    latitudes: [latitudes[0]!, latitudes.at(-1)!],
    longitudes: [longitudes[0]!, longitudes.at(-1)!],
    periodic: isPeriodic,
    even: steps.every((step) => Math.abs(step - steps[0]!) < 1e-3),
  }
}
