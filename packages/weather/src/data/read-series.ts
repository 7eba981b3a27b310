import { ConfigError } from "@scalewise/nn/errors"
import { formatDate } from "../calendar/calendar.ts"
import { parsePeriod } from "../calendar/parse-period.ts"
import type { FieldSeries, FieldVariable } from "./field-series.ts"
import { makeTimeAxis } from "./make-time-axis.ts"
import type { GriddedDataset } from "./open-gridded.ts"

export interface ReadSeriesOptions {
  /**
   * Selectors, in the order of the result: "msl", "z@500", "msl:hPa". The result's variables have the selector's units.
   * @defaultValue all variables of the dataset
   */
  readonly variables?: readonly string[]
  /** First date: a year, month, day or moment. @defaultValue the first of the dataset */
  readonly from?: string
  /** Last date, itself included: "2007" is to the end of that year. @defaultValue the last of the dataset */
  readonly to?: string
}

/**
 * Reads variables of a dataset into memory as one series, [T, V, H, W].
 *
 * @throws ConfigError for a variable that is not there, a conversion that does not exist, and dates between which there is nothing
 */
export async function readSeries(dataset: GriddedDataset, options: ReadSeriesOptions = {}): Promise<FieldSeries> {
  const { time, grid } = dataset
  const selectors = options.variables && options.variables.length > 0 ? options.variables : dataset.variables.map(({ name }) => name)
  const start = options.from === undefined ? -Infinity : parsePeriod(options.from, time.calendar).start
  const last = options.to === undefined ? undefined : parsePeriod(options.to, time.calendar)
  const isBefore = (hours: number): boolean => last === undefined || hours < last.end || hours === last.start
  const within = [...time.hours.keys()].filter((i) => time.hours[i]! >= start && isBefore(time.hours[i]!))
  if (within.length === 0) {
    const span = `${formatDate(time.hours[0]!, time.calendar)} to ${formatDate(time.hours.at(-1)!, time.calendar)}`
    throw new ConfigError(
      `dates: expected a stretch of ${span}, got ${options.from ?? "the first"} to ${options.to ?? "the last"}; choose dates that the data has`,
    )
  }
  const [from, to] = [within[0]!, within.at(-1)! + 1]

  const cells = grid.latitudes.length * grid.longitudes.length
  const values = new Float32Array((to - from) * selectors.length * cells)
  const variables: FieldVariable[] = []
  for (const [v, selector] of selectors.entries()) {
    const { name, units, standardName, longName } = dataset.describe(selector)
    variables.push({ name, units, ...(standardName !== undefined && { standardName }), ...(longName !== undefined && { longName }) })
    const fieldTHW = await dataset.read(selector, { from, to })
    for (let t = 0; t < to - from; t++) values.set(fieldTHW.subarray(t * cells, (t + 1) * cells), (t * selectors.length + v) * cells)
  }
  return { variables, grid, time: makeTimeAxis(time.hours.slice(from, to), time.calendar), values }
}
