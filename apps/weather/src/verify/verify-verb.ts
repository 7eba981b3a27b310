import { mkdir } from "node:fs/promises"
import path from "node:path"
import { decimal, defineVerb, formatCount, integer, list, type Progress, type Verb } from "@scalewise/cli"
import type { BaselineName } from "@scalewise/weather"

interface Options {
  readonly forecast?: string
  readonly truth?: readonly string[]
  readonly trainYears?: string
  readonly baselines: readonly string[]
  readonly variables?: readonly string[]
  readonly blockDays: number
  readonly resamples: number
  readonly out?: string
}

/** `verify`: any forecast file against what happened, beside baselines. */
export const verifyVerb: Verb = defineVerb<undefined, Options>({
  name: "verify",
  summary: "score a forecast file against what happened, beside baselines",
  description:
    "Reads any file of forecasts in a usual layout (starts, leads, members, latitude, longitude), own ones or others', and the files of what happened. Fair CRPS, RMSE, bias, anomaly correlation, spread-skill " +
    "ratio, ranks, energy and variogram scores, events beyond training quantiles, spectra and scores of every Laplacian band, with 95 % block-bootstrap intervals. Climatology, event thresholds " +
    "and baselines are learned from the training years alone; baselines have the same starts, leads and number of members. --json has everything.",
  options: [
    { flags: "--forecast <file>", description: "NetCDF or Zarr file of forecasts" },
    { flags: "--truth <files...>", description: "NetCDF or Zarr with training years and verified dates; several are merged on time" },
    { flags: "--train-years <period>", description: "what climatology and baselines learn from: 2001-2007 or 2013-01/2013-12" },
    {
      flags: "--baselines <names>",
      description: "all, none, or some of climatology-gaussian,climatology-ensemble,persistence,damped,lim,analogs",
      default: ["all"],
      parse: list(String),
    },
    { flags: "--variables <names>", description: "which of the forecast's (default: all)", parse: list(String) },
    { flags: "--block-days <n>", description: "length of a bootstrap block", default: 15, parse: decimal({ min: 1 }) },
    { flags: "--resamples <n>", description: "bootstrap resamples", default: 1000, parse: integer({ min: 100 }) },
    { flags: "--out <folder>", description: "write verification.json and scorecard.txt there as well" },
  ],
  examples: [
    "verify --forecast forecast.nc --truth slp.nc --train-years 2001-2007",
    "verify --forecast forecast.nc --truth z500.nc t850.nc --train-years 2000-2007 --baselines lim,damped --json",
  ],
  async run({ options, seed = 0, signal, output, progress }) {
    const { ConfigError, selectBackend, writeAtomically } = await import("@scalewise/nn")
    const { baselineNames, parseSpan, verifyWithBaselines } = await import("@scalewise/weather")
    const { openVerification } = await import("./open-verification.ts")
    const { scorecardText } = await import("./scorecard-text.ts")
    const { forecast: file, truth, trainYears } = options
    if (file === undefined) throw new ConfigError("verify: expected --forecast FILE, got none; pnpm weather forecast makes one")
    if (!truth) throw new ConfigError("verify: expected --truth FILE..., what happened on the forecast's dates, got none")
    if (trainYears === undefined)
      throw new ConfigError("verify: expected --train-years, such as 2001-2007, got none; they should end before the first forecast starts")
    const baselines = baselinesOf(options.baselines, baselineNames, (message) => new ConfigError(message))
    await selectBackend()
    const opened = await openVerification({ forecast: file, truth, variables: options.variables }, output)
    let bar: Progress | undefined // begins with the first start, so that an error stands alone
    try {
      const { result } = await verifyWithBaselines(opened.forecast, {
        series: opened.series,
        train: parseSpan(trainYears, opened.forecast.calendar),
        baselines,
        seed,
        blockDays: options.blockDays,
        resamples: options.resamples,
        signal,
        onStart: (done, total) => {
          bar ??= progress({ label: "verifying", total })
          bar.update({ done })
        },
      })
      bar?.stop()
      const { verified, pairs, withoutTruth, withoutForecast, unverified } = result.starts
      output.say(
        `${formatCount(verified)} starts, ${formatCount(pairs)} pairs of start and lead verified; left out ${formatCount(withoutTruth)} without truth and ${formatCount(withoutForecast)} without forecast.` +
          (unverified.length > 0 ? ` Not verified at all: ${someOf(unverified)}.` : ""),
      )
      for (const notice of result.notices) output.warn(notice)
      const text = scorecardText(result)
      if (options.out !== undefined) {
        await mkdir(options.out, { recursive: true })
        for (const [name, content] of [
          ["verification.json", JSON.stringify(result)],
          ["scorecard.txt", text],
        ] as const)
          await writeAtomically(path.join(options.out, name), async (sink) => sink(new TextEncoder().encode(`${content}\n`)))
      }
      output.data(result, text)
    } finally {
      bar?.stop()
      await opened.close()
    }
  },
})

function baselinesOf(names: readonly string[], known: readonly BaselineName[], error: (message: string) => Error): readonly BaselineName[] {
  if (names.includes("all")) return known
  if (names.length === 1 && names[0] === "none") return []
  return names.map((name) => {
    const found = known.find((other) => other === name)
    if (found === undefined) throw error(`--baselines: expected all, none, or some of ${known.join(", ")}, got ${name}`)
    return found
  })
}

const someOf = (dates: readonly string[]): string =>
  dates.length <= 6 ? dates.join(", ") : `${dates.slice(0, 5).join(", ")} and ${dates.length - 5} more`
