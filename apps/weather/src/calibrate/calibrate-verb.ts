import { backendSentence, defineVerb, formatDuration, integer, type Verb } from "@scalewise/cli"

interface Options {
  readonly checkpoint: string
  readonly data: readonly string[]
  readonly period: string
  readonly days: number
  readonly members: number
  readonly starts: number
}

/** `calibrate`: temperatures of the scales, fitted on validation data and kept in the checkpoint. */
export const calibrateVerb: Verb = defineVerb<undefined, Options>({
  name: "calibrate",
  summary: "fit the temperature of each scale on validation data",
  description:
    "Tries temperatures scale by scale, all with the same noise, and keeps in the checkpoint those with the lowest CRPS and a spread nearest to the skill. Use data that training has not seen, and that no score is claimed on.",
  options: [
    { flags: "--checkpoint <dir>", description: "folder of the forecaster" },
    { flags: "--data <files...>", description: "NetCDF or Zarr" },
    { flags: "--period <period>", description: "2008 or 2013-11/2013-12" },
    { flags: "--days <d>", description: "leads that count", default: 7, parse: integer({ min: 1 }) },
    { flags: "--members <n>", description: "members of each trial", default: 10, parse: integer({ min: 2 }) },
    { flags: "--starts <n>", description: "initial times of each trial", default: 60, parse: integer({ min: 1 }) },
  ],
  examples: ["calibrate --checkpoint runs/weather/slp/checkpoints/model --data slp.nc --period 2008"],
  async run({ options, seed = 0, command, signal, output, host, progress }) {
    const { calibrateForecaster, forecaster, parseSpan, saveForecaster } = await import("@scalewise/weather")
    const { ConfigError, selectBackend } = await import("@scalewise/nn")
    const { openForecaster } = await import("../forecast/open-forecaster.ts")
    const { openSeries } = await import("../train/open-series.ts")
    const { selectorsOf } = await import("../forecast/forecast-starts.ts")
    for (const [flag, value] of Object.entries({ checkpoint: options.checkpoint, data: options.data, period: options.period }))
      if (value === undefined) throw new ConfigError(`calibrate: expected --${flag}, got none; see scalewise-weather calibrate --help`)
    const backend = await selectBackend()
    const model = await openForecaster(options.checkpoint)
    const bar = progress({ label: "calibrating", total: 12 * model.config.grids.length })
    try {
      const { stepHours, calendar, variables } = model.config
      const series = await openSeries(options.data, { variables: selectorsOf(variables) }, output)
      output.say(backendSentence(backend))
      const began = host.clock()
      let trials = 0
      const { before, after } = await calibrateForecaster(model, {
        series,
        period: parseSpan(options.period, calendar),
        leads: Math.max(1, Math.round((options.days * 24) / stepHours)),
        members: options.members,
        starts: options.starts,
        seed,
        signal,
        onTrial: ({ temperatures, objective }) =>
          bar.update({
            done: Math.min(++trials, 12 * model.config.grids.length - 1),
            note: `${temperatures.join(" ")}: ${objective.toFixed(4)}`,
          }),
      })
      bar.stop()
      const { temperatures } = after
      const calibration = { command, period: options.period, members: options.members, starts: options.starts, seed, before, after, trials }
      const metadata = { ...model.metadata, calibration }
      const floats = model.metadata["floats"] === "F16" ? "F16" : "F32" // as it was stored
      await saveForecaster(options.checkpoint, forecaster({ ...model, temperatures, metadata }), { floats })
      const mean = (values: readonly (readonly number[])[]): number =>
        values.flat().reduce((sum, value) => sum + value, 0) / values.flat().length
      output.data(
        { checkpoint: options.checkpoint, temperatures, before, after, trials },
        `Temperatures, coarse to fine: ${temperatures.join(" ")} (${trials} trials in ${formatDuration(host.clock() - began)}). On ${options.period}, mean of ${after.crps.length} leads: ` +
          `CRPS ${mean(before.crps).toFixed(3)} to ${mean(after.crps).toFixed(3)}, spread-skill ratio ${mean(before.spreadSkill).toFixed(3)} to ${mean(after.spreadSkill).toFixed(3)}.`,
      )
    } catch (error) {
      if (!signal.aborted) throw error
      output.warn("Stopped; the checkpoint is as it was")
    } finally {
      bar.stop()
      model.dispose()
    }
  },
})
