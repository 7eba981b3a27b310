import { mkdir, readFile } from "node:fs/promises"
import path from "node:path"
import { backendSentence, defineVerb, list, readMetrics, type Verb } from "@scalewise/cli"
import type { BaselineName } from "@scalewise/weather"
import type { ReportContent } from "./report-page.ts"

interface Options {
  readonly forecast?: string
  readonly truth?: readonly string[]
  readonly trainYears?: string
  readonly baselines: readonly string[]
  readonly start?: string
  readonly point?: readonly number[]
  readonly run?: string
  readonly checkpoint?: string
  readonly out: string
}

/** `report`: maps, meteogram and scorecard of a forecast file on one page. */
export const reportVerb: Verb = defineVerb<undefined, Options>({
  name: "report",
  summary: "show a forecast, and how good it was, on one page",
  description:
    "Maps with coast lines of mean, spread and members by lead, a meteogram, and, with the truth and training years, scores by lead beside baselines, " +
    "calibration, spectra and bands. Works on any forecast file that `verify` reads. Writes report.html, verification.json and the pictures as SVG and PNG.",
  options: [
    { flags: "--forecast <file>", description: "the forecast" },
    {
      flags: "--truth <files...>",
      description: "what happened, and the training years; its variables are converted to the forecast's units",
    },
    { flags: "--train-years <years>", description: "what climatology and baselines learn from, such as 2001-2007; no scores without" },
    { flags: "--baselines <names>", description: "all, none, or names with commas", default: ["all"], parse: list(String) },
    { flags: "--start <date>", description: "the initial time that is shown (default: the first with truth)" },
    { flags: "--point <lat,lon>", description: "place of the meteogram (default: the middle of the grid)", parse: list(Number) },
    { flags: "--checkpoint <dir>", description: "the forecaster, with --truth: adds how a member came about, scale by scale" },
    { flags: "--run <dir>", description: "folder of the training run: adds its curves" },
    { flags: "--out <dir>", description: "folder for the page and the pictures", default: "report" },
  ],
  examples: ["report --forecast hindcast.nc --truth slp.nc --train-years 2001-2007 --start 2009-01-07 --out slp-report"],
  async run({ options, seed = 0, command, signal, output, progress }) {
    const { ConfigError, DataError, selectBackend, writeAtomically } = await import("@scalewise/nn")
    const { baselineNames, checkComparable, formatDate, openForecastFile, parseDate, parseSpan, verifyWithBaselines } =
      await import("@scalewise/weather")
    const { openVerification } = await import("../verify/open-verification.ts")
    const { pngOf } = await import("./picture-file.ts")
    const { memberFilm } = await import("./member-film.ts")
    const { reportPage } = await import("./report-page.ts")
    const { trainingCurves } = await import("./training-curves.ts")
    const { forecast: file, truth: truthFiles, trainYears } = options
    if (file === undefined) throw new ConfigError("report: expected --forecast with a file, got none; pnpm weather forecast makes one")
    if (trainYears !== undefined && truthFiles === undefined)
      throw new ConfigError(
        "report: expected --truth beside --train-years, got none; give the files that hold those years and the forecast's dates",
      )
    const [latitude, longitude] = options.point ?? []
    if (options.point && !(options.point.length === 2 && Math.abs(latitude!) <= 90 && Math.abs(longitude!) <= 360))
      throw new ConfigError(
        `--point: expected a latitude and a longitude such as 52,-10, got ${options.point.join(",")}; write south and west with a minus sign`,
      )

    const opened = truthFiles && (await openVerification({ forecast: file, truth: truthFiles }, output))
    const alone = opened ? undefined : await openForecastFile(file)
    const forecast = opened?.forecast ?? alone!
    try {
      const { starts, calendar } = forecast
      const wished = options.start === undefined ? undefined : parseDate(options.start, calendar)
      const start = wished === undefined ? undefined : starts.findIndex((hours) => Math.abs(hours - wished) < 1 / 60)
      if (start === -1) {
        const nearest = [...starts].sort((a, b) => Math.abs(a - wished!) - Math.abs(b - wished!)).slice(0, 2)
        throw new DataError(
          `--start ${options.start}: expected a start of ${file}, found none at this time; choose another: the nearest are ${nearest.map((hours) => formatDate(hours, calendar)).join(" and ")}`,
        )
      }
      await mkdir(options.out, { recursive: true }) // before the work, so that what cannot be written is said at once
      const training =
        options.run === undefined ? [] : trainingCurves(readMetrics(await readFile(path.join(options.run, "metrics.jsonl"), "utf8")))
      let shown: Pick<ReportContent, "truth" | "climatology" | "verification"> = {}
      let machine = "Scores were not asked for."
      if (opened && trainYears === undefined) {
        checkComparable(forecast, opened.series)
        shown = { truth: opened.series }
      }
      if (opened && trainYears !== undefined) {
        machine = backendSentence(await selectBackend())
        const bar = progress({ label: "verifying", total: starts.length })
        try {
          const { result, truth, climatology } = await verifyWithBaselines(forecast, {
            series: opened.series,
            train: parseSpan(trainYears, calendar),
            baselines: baselinesOf(options.baselines, baselineNames),
            seed,
            signal,
            onStart: (done, total) => bar.update({ done, total }),
          })
          shown = { truth, climatology, verification: result }
        } finally {
          bar.stop()
        }
      }
      const firstKnown = opened?.series.time.hours[1] ?? Number.POSITIVE_INFINITY
      const shownStart = start === undefined ? starts.find((hours) => hours >= firstKnown) : starts[start]
      let film: ReportContent["film"]
      if (opened && options.checkpoint !== undefined && shownStart !== undefined) {
        await selectBackend()
        film = await memberFilm({ checkpoint: options.checkpoint, series: opened.series, hours: shownStart, seed })
      }
      const { html, pictures } = await reportPage({
        forecast,
        ...(film && { film }),
        ...(start !== undefined && { start }),
        ...(latitude !== undefined && { point: { latitude, longitude: longitude! } }),
        ...shown,
        training,
        command,
        machine,
      })
      const write = (name: string, bytes: Uint8Array): Promise<void> => writeAtomically(path.join(options.out, name), (sink) => sink(bytes))
      for (const [name, svg] of Object.entries(pictures)) {
        await write(`${name}.svg`, Buffer.from(svg))
        await write(`${name}.png`, await pngOf(svg))
      }
      if (shown.verification) await write("verification.json", Buffer.from(`${JSON.stringify(shown.verification)}\n`))
      await write("report.html", Buffer.from(html))
      const report = path.join(options.out, "report.html")
      output.data({ report, pictures: Object.keys(pictures), verified: shown.verification?.starts ?? null }, `Page: ${report}`)
    } finally {
      await (opened ?? alone)!.close()
    }
  },
})

/** "all" and "none" are words for lists; other names are checked where they are used. */
const baselinesOf = (names: readonly string[], known: readonly BaselineName[]): readonly BaselineName[] =>
  names.includes("all") ? known : (names.filter((name) => name !== "none") as BaselineName[])
