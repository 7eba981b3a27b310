import path from "node:path"
import {
  backendSentence,
  defineVerb,
  fallbackRemark,
  formatCount,
  formatDuration,
  list,
  runOptions,
  type RunOptionValues,
  type Verb,
} from "@scalewise/cli"
import type { ForecasterTrainingConfig, PreparedSummary } from "@scalewise/weather"

interface Options extends RunOptionValues {
  readonly data: readonly string[]
  readonly variables?: readonly string[]
  readonly train?: string
  readonly validate?: string
  readonly half?: boolean
}

/** `train`: a forecaster from a user's own files. */
export const trainVerb: Verb = defineVerb<ForecasterTrainingConfig, Options>({
  name: "train",
  summary: "train a forecaster on your own files",
  description:
    "Learns climatology, linear forecast, codebooks and then a network for each scale from gridded states at even steps of at most five days. The run's folder gets the model " +
    "(checkpoints/model) and its log. Training is saved every two minutes; after an interruption --resume goes on bit for bit. calibrate comes next.",
  options: [
    { flags: "--data <files...>", description: "NetCDF or Zarr; several are merged on time" },
    {
      flags: "--variables <names>",
      description: "which, with units where others are wanted: slp:hPa,z@500 (default: all)",
      parse: list(String),
    },
    { flags: "--train <period>", description: "2001-2007 or 2013-01/2013-10 (default: all but the last tenth)" },
    { flags: "--validate <period>", description: "decides when each scale is done (default: what follows)" },
    { flags: "--half", description: "store the model in half precision" },
    ...runOptions("train-1"),
  ],
  examples: [
    "train --data slp.nc --variables slp:hPa --train 2001-2007 --validate 2008 --name slp",
    "train --data z500.nc t850.nc mslp.nc --preset joint --train 2000-2007 --validate 2008 --name europe",
    "train --data slp.nc --dry-run",
  ],
  presets: [
    "daily",
    "quick",
    "joint",
    "six-hourly",
    "transformer",
    "single-scale",
    "patches",
    "sites",
    "gaussian",
    "deterministic",
    "diffusion",
  ],
  config: async () => (await import("./train-config.ts")).trainConfig,
  async run({ options, config, command, dryRun, signal, output, host, progress, openRun }) {
    const { saveForecaster, trainForecaster } = await import("@scalewise/weather")
    const { ConfigError, selectBackend } = await import("@scalewise/nn")
    const { openSeries } = await import("./open-series.ts")
    const { periodText, splitPeriods } = await import("./split-periods.ts")
    const { name } = options
    if (!options.data) throw new ConfigError("train: expected --data FILE..., got none; pnpm weather data makes a file where you have none")
    const series = await openSeries(options.data, options.variables ? { variables: options.variables } : {}, output)
    const { train, validation } = splitPeriods(series, options)
    const { calendar } = series.time
    const backend = await selectBackend()
    const about = {
      variables: series.variables.map(({ name: variable, units }) => `${variable} (${units})`).join(", "),
      train: periodText(train, calendar),
      validation: periodText(validation, calendar),
    }
    output.say(
      `${about.variables} on ${series.grid.latitudes.length} x ${series.grid.longitudes.length}; training on ${about.train}, validation on ${about.validation}.`,
    )
    output.say(backendSentence(backend))
    const settings = { config, series, train, validation, clock: host.clock }
    if (dryRun) {
      const events = trainForecaster(settings)
      const first = await events.next()
      await events.return(undefined as never)
      if (!first.done && first.value.type === "prepared")
        output.data(first.value.summary, preparedText(first.value.summary, series.variables))
      return
    }
    const run = await openRun({ root: options.out, name, config, backend, existing: options.resume ? "resume" : "refuse" })
    const bar = progress({ label: "training", total: 1 })
    const began = host.clock()
    const remark = fallbackRemark(bar.say)
    let isStopped = false
    try {
      const events = trainForecaster({
        ...settings,
        folder: path.join(run.checkpoints, "training"),
        signal,
        ...(options.eager && { mode: "eager" as const }),
      })
      let next = await events.next()
      for (; !next.done; next = await events.next()) {
        const elapsed = (host.clock() - began) / 1000
        if (next.value.type === "prepared") {
          bar.say(preparedText(next.value.summary, series.variables))
          run.metrics.append({ stage: "prepared", ...next.value.summary, elapsed })
          continue
        }
        const { event, steps } = next.value
        remark(event)
        if (event.type === "step") {
          bar.update({ done: event.step, total: steps, note: `loss ${event.loss.toPrecision(4)}` })
          if (event.step % 20 === 0 || event.step === steps)
            run.metrics.append({ step: event.step, loss: event.loss, ...event.metrics, samplesPerSecond: event.samplesPerSecond, elapsed })
        }
        if (event.type === "evaluate") run.metrics.append({ step: event.step, epoch: event.epoch, validation: event.metrics, elapsed })
      }
      const { model, summary, scales, mode, seconds } = next.value
      const folder = path.join(run.checkpoints, "model")
      const metadata = {
        command,
        seed: config.seed,
        training: config,
        data: { files: options.data.map((file) => path.basename(file)), ...about },
        prepared: summary,
        scales,
        seconds,
        steps: mode,
        floats: options.half ? "F16" : "F32",
        backend: { name: backend.name, threads: backend.threads },
      }
      await saveForecaster(folder, model, { metadata, floats: metadata.floats as "F16" | "F32" })
      model.dispose()
      const nats = scales
        .map((scale, k) => {
          const unigram = summary.unigramNats[k]
          return `${scale.nats.toFixed(3)} (${unigram === undefined ? "" : `unigram ${unigram.toFixed(3)}, `}epoch ${scale.epoch})`
        })
        .join(", ")
      const measure = measures[config.law]
      output.data(
        { model: folder, seconds, mode, scales },
        `Trained in ${formatDuration(1000 * seconds)} (steps ${mode}). ${measure} on validation data, coarse to fine: ${nats}. Model: ${folder}${config.law === "categorical" ? "; calibrate it next" : ""}.`,
      )
    } catch (error) {
      if (!signal.aborted) throw error
      isStopped = true
    } finally {
      bar.stop()
      run.close()
    }
    if (isStopped) output.warn(`Stopped and saved in ${run.path}; go on with the same command and --name ${name} --resume`)
  },
})

/** What the score of a scale is, by law. */
const measures: Readonly<Record<ForecasterTrainingConfig["law"], string>> = {
  categorical: "Nats a token",
  gaussian: "Nats a number",
  mean: "Squared error of numbers of unit deviation",
  diffusion: "Squared error of the velocity",
}

/** What preparation found, in words. */
function preparedText(summary: PreparedSummary, variables: readonly { readonly name: string; readonly units: string }[]): string {
  const scales = summary.grids.map(([h, w], k) => `${h} x ${w} (${formatCount(Math.round(summary.wavelengths[k]!))} km)`).join(", ")
  const damping = variables.map(({ name }, v) => `${name} ${summary.damping.map((band) => band[v]!.toFixed(2)).join(" ")}`).join("; ")
  return [
    `${formatCount(summary.targets)} states to learn from, ${formatCount(summary.validationTargets)} to validate on; ${formatCount(summary.parameters)} parameters.`,
    `Scales and the shortest wave each resolves: ${scales}.`,
    `Autocorrelation of the bands, coarse to fine: ${damping}.`,
    `${summary.components} components hold ${(100 * summary.explained).toFixed(1)} % of the variance; codes miss ${summary.quantisationError.map((value, v) => `${value.toFixed(2)} ${variables[v]!.units}`).join(", ")}.`,
  ].join("\n")
}
