import { mkdir } from "node:fs/promises"
import path from "node:path"
import { backendSentence, defineVerb, formatDuration, integer, list, type Verb } from "@scalewise/cli"

interface Options {
  readonly checkpoint: string
  readonly data: readonly string[]
  readonly init: readonly string[]
  readonly every: number
  readonly days?: number
  readonly leads?: number
  readonly members: number
  readonly together: number
  readonly samplerSteps?: number
  readonly layout: "cf" | "wb2"
  readonly out: string
  readonly resume?: boolean
}

/** `forecast`: an ensemble from one or many initial times, as a NetCDF file. */
export const forecastVerb: Verb = defineVerb<undefined, Options>({
  name: "forecast",
  summary: "draw an ensemble forecast",
  description:
    "Steps an ensemble forward from states of a file and writes every lead to a NetCDF-3 file as soon as it is made; the file opens in xarray, Panoply and ncview. " +
    "A member depends on seed, start and its number alone: more members or other starts change nothing. --resume goes on with a file that was cut off.",
  options: [
    { flags: "--checkpoint <dir>", description: "folder of a forecaster, or the name of a shipped one" },
    { flags: "--data <files...>", description: "NetCDF or Zarr with the initial states and the states one step before" },
    {
      flags: "--init <dates>",
      description: "initial times: 2010-01-05, several with commas, or a period such as 2009-2010",
      parse: list(String),
    },
    { flags: "--every <n>", description: "of a period, every n-th initial time", default: 1, parse: integer({ min: 1 }) },
    { flags: "--days <d>", description: "how far (default: 10)", parse: Number },
    { flags: "--leads <n>", description: "how far in steps of the model, in place of --days", parse: integer({ min: 1 }) },
    { flags: "--members <n>", description: "members of the ensemble", default: 20, parse: integer({ min: 1 }) },
    {
      flags: "--together <n>",
      description: "members stepped at a time, all starts together: memory grows with it",
      default: 160,
      parse: integer({ min: 1 }),
    },
    {
      flags: "--sampler-steps <n>",
      description: "of a diffusion control, noise levels visited for each step (default: its own)",
      parse: integer({ min: 1 }),
    },
    { flags: "--layout <name>", description: "names of the axes: CF's or WeatherBench 2's", default: "cf", choices: ["cf", "wb2"] },
    { flags: "--out <file>", description: "file for the forecast", default: "forecast.nc" },
    { flags: "--resume", description: "go on with a file that was cut off" },
  ],
  examples: [
    "forecast --checkpoint runs/weather/slp/checkpoints/model --data slp.nc --init 2010-01-05 --members 20 --days 15 --out fc.nc",
    "forecast --checkpoint slp --data slp.nc --init 2009-2010 --days 10 --out hindcast.nc",
  ],
  async run({ options, seed = 0, command, signal, output, host, progress }) {
    const { formatDate, initialStates, writeForecast } = await import("@scalewise/weather")
    const { ConfigError, selectBackend } = await import("@scalewise/nn")
    const { openSeries } = await import("../train/open-series.ts")
    const { openForecaster } = await import("./open-forecaster.ts")
    const { selectorsOf, startsOf } = await import("./forecast-starts.ts")
    for (const [flag, value] of Object.entries({ checkpoint: options.checkpoint, data: options.data, init: options.init }))
      if (value === undefined) throw new ConfigError(`forecast: expected --${flag}, got none; see scalewise-weather forecast --help`)
    const backend = await selectBackend()
    const model = await openForecaster(options.checkpoint, { samplerSteps: options.samplerSteps })
    try {
      const { stepHours, calendar } = model.config
      const networkCalls = model.process().steps // of one step of one member
      const leads = options.leads ?? Math.round(((options.days ?? 10) * 24) / stepHours)
      if (!(leads >= 1)) throw new ConfigError(`forecast: expected --days of at least one step (${stepHours} hours), got ${options.days}`)
      const states = initialStates(model, await openSeries(options.data, { variables: selectorsOf(model.config.variables) }, output))
      const starts = startsOf(options.init, states, calendar, options.every)
      output.say(backendSentence(backend))
      const far = starts.filter((hours) => states.excess(hours) > 1.5)
      if (far.length > 0)
        output.warn(
          `${far.length} of ${starts.length} initial states (first ${formatDate(far[0]!, calendar)}) lie more than half again outside the range of training, up to ${Math.max(...far.map((hours) => states.excess(hours))).toFixed(1)} times it: ` +
            "check units and level; the forecast from them is a guess",
        )
      await mkdir(path.dirname(options.out), { recursive: true })
      const bar = progress({ label: "forecasting", total: starts.length * options.members * leads })
      const began = host.clock()
      try {
        const { made, held } = await writeForecast(model, states, {
          path: options.out,
          starts,
          leads,
          members: options.members,
          seed,
          together: options.together,
          layout: options.layout,
          ...(options.resume && { resume: true }),
          attributes: {
            model: path.basename(path.resolve(options.checkpoint)),
            seed,
            network_calls: networkCalls,
            history: command.replace(/ --resume\b/, ""),
          },
          onProgress: (done) => bar.update({ done }),
          signal,
        })
        const milliseconds = host.clock() - began
        if (held > 0) output.warn(`${held} numbers left the range of training by more than half its width and were held there`)
        output.data(
          {
            forecast: options.out,
            starts: starts.length,
            members: options.members,
            leads,
            made,
            held,
            networkCalls,
            seconds: milliseconds / 1000,
          },
          `${starts.length === 1 ? formatDate(starts[0]!, calendar) : `${starts.length} starts`}, ${options.members} members, ${leads} leads of ${stepHours} hours: ${options.out} (${made} member-steps of ${networkCalls} network calls in ${formatDuration(milliseconds)})`,
        )
      } finally {
        bar.stop()
      }
    } catch (error) {
      if (!signal.aborted) throw error
      output.warn(`Stopped; what was made is in ${options.out}; go on with the same command and --resume`)
    } finally {
      model.dispose()
    }
  },
})
