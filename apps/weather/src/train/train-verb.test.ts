import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { runVerb } from "@scalewise/cli/testing"
import { loadForecaster, openForecastFile, writeSeries, type FieldSeries } from "@scalewise/weather"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { calibrateVerb } from "../calibrate/calibrate-verb.ts"
import { forecastVerb } from "../forecast/forecast-verb.ts"
import { prepareVerb } from "../prepare/prepare-verb.ts"
import { trainVerb } from "./train-verb.ts"

const app = { name: "scalewise-weather", domain: "weather" }
const hoursOf2001 = 271_752
let folder = ""
let file = ""
let model = ""

/** Two years of a travelling wave and a season, from 2001 on. */
function series(changes: Partial<FieldSeries> = {}, times = 730): FieldSeries {
  const [rows, columns] = [6, 8]
  const hours = Float64Array.from({ length: times }, (_, t) => hoursOf2001 + 24 * t)
  const values = Float32Array.from({ length: times * rows * columns }, (_, i) => {
    const [t, row, column] = [Math.floor(i / (rows * columns)), Math.floor(i / columns) % rows, i % columns]
    const noise = Math.sin(12.9898 * i + 78.233) * 43_758.5453
    return 1000 + 5 * Math.cos((2 * Math.PI * t) / 365.25) + 4 * Math.cos(0.7 * column - 0.8 * t + 0.2 * row) + (noise - Math.floor(noise))
  })
  return {
    variables: [{ name: "slp", units: "hPa" }],
    grid: {
      latitudes: Float64Array.from({ length: rows }, (_, row) => 60 - 5 * row),
      longitudes: Float64Array.from({ length: columns }, (_, column) => -30 + 5 * column),
      isPeriodic: false,
    },
    time: { calendar: "standard", hours, stepHours: 24, segments: [{ from: 0, to: times }] },
    values,
    ...changes,
  }
}

const tiny = [
  "components=6",
  "codes=6",
  "refiner.widths=[16,12]",
  "refiner.reach=1",
  "training.epochs=3",
  "training.warmup=5",
  "training.ema=0.9",
]
const train = (...argv: string[]) =>
  runVerb(trainVerb, ["--data", file, ...tiny.flatMap((set) => ["--set", set]), "--out", folder, ...argv], app)

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "weather-train-"))
  file = path.join(folder, "slp.nc")
  await writeSeries(file, series())
  const trained = await train("--train", "2001-01/2002-06", "--validate", "2002-07/2002-12", "--seed", "3", "--json")
  expect(trained.status, trained.err).toBe(0)
  model = (JSON.parse(trained.out) as { model: string }).model
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe("train, calibrate and forecast", () => {
  it("leave a model that says how it was made, calibrated where asked", async () => {
    const loaded = await loadForecaster(model)
    expect(loaded.metadata).toMatchObject({
      seed: 3,
      data: { files: ["slp.nc"], variables: "slp (hPa)", train: "2001-01-01 to 2002-07-01", validation: "2002-07-01 to 2003-01-01" },
    })
    expect(loaded.metadata["command"]).toMatch(/^scalewise-weather train --data /)
    expect(loaded.temperatures).toEqual([1, 1])
    loaded.dispose()
    const args = [
      "--checkpoint",
      model,
      "--data",
      file,
      "--period",
      "2002-07/2002-12",
      "--days",
      "2",
      "--members",
      "3",
      "--starts",
      "6",
      "--json",
    ]
    const calibrated = await runVerb(calibrateVerb, args, app)
    expect(calibrated.status, calibrated.err).toBe(0)
    const { temperatures, before, after } = JSON.parse(calibrated.out) as Record<"before" | "after", { objective: number }> & {
      temperatures: number[]
    }
    expect(after.objective).toBeLessThanOrEqual(before.objective)
    const again = await loadForecaster(model)
    expect(again.temperatures).toEqual(temperatures)
    expect(again.metadata["calibration"]).toMatchObject({ period: "2002-07/2002-12" })
    again.dispose()
    expect(await readFile(path.join(folder, "weather/train-1/metrics.jsonl"), "utf8")).toContain('"validation"')
  })

  it("write ensembles from a date and from a period, and go on where a file ends", async () => {
    const out = path.join(folder, "fc.nc")
    const base = ["--checkpoint", model, "--data", file, "--members", "4", "--seed", "1", "--json"]
    const one = await runVerb(forecastVerb, [...base, "--init", "2002-11-05", "--days", "3", "--out", out], app)
    expect(one.status, one.err).toBe(0)
    expect(JSON.parse(one.out)).toMatchObject({ starts: 1, members: 4, leads: 3, made: 12 })
    const source = await openForecastFile(out)
    expect([source.members, ...source.leads]).toEqual([4, 24, 48, 72])
    const fields = await source.read(0)
    expect(fields.every((value) => value > 960 && value < 1040)).toBe(true)
    await source.close()
    const resumed = await runVerb(forecastVerb, [...base, "--init", "2002-11-05", "--days", "3", "--out", out, "--resume"], app)
    expect(JSON.parse(resumed.out)).toMatchObject({ made: 0 })
    const many = await runVerb(
      forecastVerb,
      [
        ...base,
        "--init",
        "2002-12",
        "--init",
        "2002-11-01/2002-11-20",
        "--every",
        "5",
        "--leads",
        "2",
        "--out",
        path.join(folder, "many.nc"),
      ],
      app,
    )
    expect(many.status, many.err).toBe(0)
    expect(JSON.parse(many.out)).toMatchObject({ starts: 4, leads: 2 })
  })

  it("a diffusion control goes the same way, with as many network calls as are asked for", async () => {
    const trained = await train(
      "--name",
      "noise",
      "--preset",
      "diffusion",
      "--set",
      "training.epochs=1",
      "--train",
      "2001",
      "--validate",
      "2002",
    )
    expect(trained.status, trained.err).toBe(0)
    expect(trained.out).toMatch(/Squared error of the velocity on validation data, coarse to fine: \d\.\d+ \(epoch 1\)/)
    const noise = ["--checkpoint", path.join(folder, "weather/noise/checkpoints/model"), "--out", path.join(folder, "noise.nc")]
    const args = ["--data", file, "--init", "2002-11-05", "--days", "2", "--members", "3", "--json"]
    const own = await runVerb(forecastVerb, [...args, ...noise], app)
    expect(own.status, own.err).toBe(0)
    expect(JSON.parse(own.out)).toMatchObject({ made: 6, networkCalls: 20 })
    const few = await runVerb(forecastVerb, [...args, ...noise, "--sampler-steps", "4", "--out", path.join(folder, "few.nc")], app)
    expect(JSON.parse(few.out)).toMatchObject({ made: 6, networkCalls: 4 })
    const none = await runVerb(forecastVerb, [...args, "--checkpoint", model, "--sampler-steps", "4"], app)
    expect([none.status, none.err]).toEqual([
      2,
      expect.stringMatching(/--sampler-steps: expected a forecaster of the law "diffusion", got one of the law "categorical"/),
    ])
  })

  it("a rehearsal says what would be trained and writes nothing", async () => {
    const dry = await train("--name", "dry", "--dry-run", "--json")
    expect(dry.status, dry.err).toBe(0)
    expect(JSON.parse(dry.out)).toMatchObject({
      grids: [
        [3, 4],
        [6, 8],
      ],
      parameters: expect.any(Number),
    })
    await expect(readFile(path.join(folder, "weather/dry/config.json"))).rejects.toThrow("ENOENT")
  })
})

it("prepare writes one file that reads as its sources do, with other units where asked", async () => {
  const out = path.join(folder, "prepared.nc")
  const prepared = await runVerb(
    prepareVerb,
    ["--data", file, "--variables", "slp:Pa", "--from", "2001-03", "--to", "2001-04", "--out", out, "--json"],
    app,
  )
  expect(prepared.status, prepared.err).toBe(0)
  expect(JSON.parse(prepared.out)).toMatchObject({
    states: 61,
    first: "2001-03-01",
    last: "2001-04-30",
    gaps: [],
    variables: [{ name: "slp", units: "Pa", missing: 0 }],
  })
  const again = await runVerb(prepareVerb, ["--data", out, "--variables", "slp:hPa", "--out", path.join(folder, "back.nc"), "--json"], app)
  const [of] = (JSON.parse(again.out) as { variables: { minimum: number; maximum: number }[] }).variables
  expect(of!.minimum).toBeGreaterThan(980)
  expect(of!.maximum).toBeLessThan(1020)
})

describe("what is wrong is said in one sentence", () => {
  const forecast = (...argv: string[]) =>
    runVerb(forecastVerb, ["--checkpoint", model, "--data", file, "--out", path.join(folder, "x.nc"), ...argv], app)

  it.each<[string, string[], number, RegExp]>([
    ["no data", ["--name", "a"], 2, /expected --data FILE/],
    ["a file that is not there", ["--data", "nowhere.nc"], 3, /nowhere\.nc/],
    ["a misspelt setting", ["--set", "refiner.wdiths=[1,1]"], 2, /Did you mean "refiner\.widths"/],
    ["periods that overlap", ["--train", "2001", "--validate", "2001-06/2002-06"], 2, /expected training and validation periods apart/],
    ["a period that is none", ["--train", "yesterday"], 3, /yesterday/],
    ["a variable that is not there", ["--variables", "z@500"], 2, /z/],
  ])("train: %s", async (name, argv, status, message) => {
    const run = name === "no data" ? await runVerb(trainVerb, argv, app) : await train("--name", "wrong", ...argv)
    expect([run.status, run.err]).toEqual([status, expect.stringMatching(message)])
    expect(run.err).not.toContain("    at ")
  })

  it("forecast: a date that is not there names the nearest", async () => {
    const run = await forecast("--init", "2004-02-30")
    expect([run.status, run.err]).toEqual([3, expect.stringContaining("2004-2-30")])
    const outside = await forecast("--init", "2004-02-01")
    expect([outside.status, outside.err]).toEqual([3, expect.stringMatching(/start 2004-02-01: .* nearest starts: 2002-12-31, 2002-12-30/)])
  })

  it.each<[string, Partial<FieldSeries>, RegExp]>([
    [
      "grid",
      { grid: { ...series().grid, longitudes: series().grid.longitudes.map((value) => value + 1) } },
      /expected the grid of training/,
    ],
    [
      "calendar",
      { time: { ...series().time, calendar: "proleptic_gregorian" } },
      /expected the calendar of training, standard, found proleptic_gregorian/,
    ],
    ["units", { variables: [{ name: "slp", units: "K" }] }, /hPa/],
  ])("forecast: data of another %s", async (name, change, message) => {
    const other = path.join(folder, `${name}.nc`)
    await writeSeries(other, series(change))
    const run = await runVerb(
      forecastVerb,
      ["--checkpoint", model, "--data", other, "--init", "2002-11-05", "--out", path.join(folder, "y.nc")],
      app,
    )
    expect(run.err).toMatch(message)
    expect(run.status).toBeGreaterThanOrEqual(2)
    expect(run.err).not.toContain("    at ")
  })

  it("forecast: values far outside training are warned of, and still forecast", async () => {
    const other = path.join(folder, "far.nc")
    const { values } = series()
    await writeSeries(other, series({ values: values.map((value) => 1000 + 8 * (value - 1000)) }))
    const run = await runVerb(
      forecastVerb,
      [
        "--checkpoint",
        model,
        "--data",
        other,
        "--init",
        "2002-11-05",
        "--days",
        "1",
        "--members",
        "2",
        "--out",
        path.join(folder, "far-fc.nc"),
      ],
      app,
    )
    expect(run.status, run.err).toBe(0)
    expect(run.err).toMatch(/outside the range of training/)
  })

  it("forecast and calibrate: a checkpoint that is none", async () => {
    await writeFile(path.join(folder, "empty"), "")
    const none = await runVerb(forecastVerb, ["--checkpoint", path.join(folder, "none"), "--data", file, "--init", "2002-11-05"], app)
    expect([none.status, none.err]).toEqual([3, expect.stringContaining("expected the folder of a forecaster")])
    const calibrated = await runVerb(calibrateVerb, ["--checkpoint", model, "--data", file], app)
    expect([calibrated.status, calibrated.err]).toEqual([2, expect.stringContaining("expected --period")])
  })
})
