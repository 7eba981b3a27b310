import { mkdir } from "node:fs/promises"
import path from "node:path"
import { defineVerb, formatCount, list, type Verb } from "@scalewise/cli"

interface Options {
  readonly data?: readonly string[]
  readonly variables?: readonly string[]
  readonly from?: string
  readonly to?: string
  readonly out: string
}

/** `prepare`: one file of states that trains as it is, from whatever the data came in. */
export const prepareVerb: Verb = defineVerb<undefined, Options>({
  name: "prepare",
  summary: "select, convert and merge variables into one file that trains",
  description:
    "Reads NetCDF and Zarr files, merges them on time, picks levels, converts units, turns fields north up, and writes one NetCDF-3 file of decoded values. " +
    "Says what was dropped, where the gaps are, and what the splits of train would be. train does all this itself; prepare is for looking, and for doing it once.",
  options: [
    { flags: "--data <files...>", description: "NetCDF or Zarr" },
    { flags: "--variables <names>", description: "which, with levels and units: z@500,t@850,msl:hPa (default: all)", parse: list(String) },
    { flags: "--from <date>", description: "first date (default: the first there is)" },
    { flags: "--to <date>", description: "last date, itself included (default: the last there is)" },
    { flags: "--out <file>", description: "the file to write", default: "prepared.nc" },
  ],
  examples: ["prepare --data z500.nc t850.nc mslp.nc --variables z,t,msl:hPa --out europe.nc"],
  async run({ options, command, output }) {
    const { formatDate, writeSeries } = await import("@scalewise/weather")
    const { ConfigError } = await import("@scalewise/nn/errors")
    const { openSeries } = await import("../train/open-series.ts")
    const { periodText, splitPeriods } = await import("../train/split-periods.ts")
    if (!options.data)
      throw new ConfigError("prepare: expected --data FILE..., got none; pnpm weather data makes a file where you have none")
    const series = await openSeries(
      options.data,
      {
        ...(options.variables && { variables: options.variables }),
        ...(options.from !== undefined && { from: options.from }),
        ...(options.to !== undefined && { to: options.to }),
      },
      output,
    )
    const { time, variables, grid, values } = series
    const date = (t: number): string => formatDate(time.hours[t]!, time.calendar)
    const cells = grid.latitudes.length * grid.longitudes.length
    const scores = variables.map(({ name, units }, v) => {
      let [count, sum, lowest, highest] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
      for (let t = 0; t < time.hours.length; t++)
        for (let n = (t * variables.length + v) * cells, end = n + cells; n < end; n++) {
          const value = values[n]!
          if (!Number.isFinite(value)) continue
          count++
          sum += value
          lowest = Math.min(lowest, value)
          highest = Math.max(highest, value)
        }
      return { name, units, minimum: lowest, maximum: highest, mean: sum / count, missing: time.hours.length * cells - count }
    })
    const { train, validation } = splitPeriods(series, {})
    const gaps = time.segments.slice(1).map(({ from }, i) => ({ after: date(time.segments[i]!.to - 1), before: date(from) }))
    await mkdir(path.dirname(options.out), { recursive: true })
    await writeSeries(options.out, series, { attributes: { history: command } })
    const about = {
      file: options.out,
      states: time.hours.length,
      first: date(0),
      last: date(time.hours.length - 1),
      stepHours: time.stepHours,
      calendar: time.calendar,
      grid: { rows: grid.latitudes.length, columns: grid.longitudes.length, isPeriodic: grid.isPeriodic },
      variables: scores,
      gaps,
      splits: { train: periodText(train, time.calendar), validation: periodText(validation, time.calendar) },
    }
    output.data(
      about,
      [
        `${formatCount(about.states)} states every ${about.stepHours} hours from ${about.first} to ${about.last} (${about.calendar}) on ${about.grid.rows} x ${about.grid.columns}${about.grid.isPeriodic ? " round the globe" : ""}.`,
        ...scores.map(
          ({ name, units, minimum, maximum, mean, missing }) =>
            `${name}: ${minimum.toPrecision(5)} to ${maximum.toPrecision(5)} ${units}, mean ${mean.toPrecision(5)}, ${formatCount(missing)} missing`,
        ),
        gaps.length === 0
          ? "No gaps."
          : `${gaps.length} gaps: ${gaps
              .slice(0, 3)
              .map(({ after, before }) => `between ${after} and ${before}`)
              .join(", ")}${gaps.length > 3 ? ", ..." : ""}; no window crosses them.`,
        `train would learn from ${about.splits.train} and validate on ${about.splits.validation}.`,
        `Written: ${options.out}`,
      ].join("\n"),
    )
  },
})
