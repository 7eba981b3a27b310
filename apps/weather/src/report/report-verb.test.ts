import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { runVerb } from "@scalewise/cli/testing"
import { createForecastFile, createNetcdf } from "@scalewise/weather"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { reportVerb } from "./report-verb.ts"

let folder = ""
const at = (name: string): string => path.join(folder, name)
const run = (...argv: string[]) => runVerb(reportVerb, argv, { name: "scalewise-weather", domain: "weather" })

const latitudes = Float64Array.from([60, 55, 50, 45])
const longitudes = Float64Array.from([-20, -15, -10, -5, 0, 5])
const cells = 24
const state = (day: number, wobble = 0): Float32Array =>
  Float32Array.from(
    { length: cells },
    (_, cell) =>
      1013 + 9 * Math.sin((cell % 6) - day * 0.7 + wobble) + 4 * Math.cos(day * 0.33 + cell) + 3 * Math.cos((2 * Math.PI * day) / 365.25),
  )
const days = 3 * 365 + 1
const day2003 = 12_053 // from 1970-01-01
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "report-"))
  const truth = await createNetcdf(at("truth.nc"), {
    dimensions: [
      { name: "time", length: 0 },
      { name: "lat", length: 4 },
      { name: "lon", length: 6 },
    ],
    attributes: { Conventions: "CF-1.8" },
    variables: [
      { name: "time", type: "float64", dimensions: ["time"], attributes: { units: "days since 1970-01-01", calendar: "standard" } },
      { name: "lat", type: "float64", dimensions: ["lat"], attributes: { units: "degrees_north" } },
      { name: "lon", type: "float64", dimensions: ["lon"], attributes: { units: "degrees_east" } },
      { name: "slp", type: "float32", dimensions: ["time", "lat", "lon"], attributes: { units: "Pa" } },
    ],
  })
  await truth.write("lat", latitudes)
  await truth.write("lon", longitudes)
  for (let t = 0; t < days; t++) {
    const day = day2003 - 2 * 365 + t // 2001-01-01 and on
    await truth.write("time", [day], { start: [t], count: [1] })
    await truth.write(
      "slp",
      state(day).map((value) => value * 100),
      { start: [t, 0, 0], count: [1, 4, 6] },
    )
  }
  await truth.close()
  const forecast = await createForecastFile(at("forecast.nc"), {
    variables: [{ name: "slp", units: "hPa" }],
    grid: { latitudes, longitudes, isPeriodic: false },
    calendar: "standard",
    starts: Float64Array.from([10, 40, 70, 100], (day) => 24 * (day2003 + day)),
    leads: Float64Array.from([24, 48]),
    members: 3,
    attributes: { title: "waves" },
  })
  for (const [start, day] of [10, 40, 70, 100].entries())
    for (const lead of [0, 1])
      for (let member = 0; member < 3; member++)
        await forecast.write({ start, lead, member, values: state(day2003 + day + lead + 1, (member - 1) * 0.2) })
  await forecast.close()
})
afterAll(() => rm(folder, { recursive: true }))

describe("report", () => {
  it("writes a page, pictures and the scores from files; the truth may be in other units", async () => {
    await writeFile(at("metrics.jsonl"), '{"step":20,"loss":2}\n{"step":40,"loss":1.5}\n')
    const options = [
      "--truth",
      at("truth.nc"),
      "--train-years",
      "2001-2002",
      "--baselines",
      "persistence",
      "--run",
      folder,
      "--point",
      "51,-11",
    ]
    const { status, out, err } = await run(
      "--forecast",
      at("forecast.nc"),
      ...options,
      "--start",
      "2003-02-10",
      "--out",
      at("out"),
      "--json",
      "--quiet",
    )
    expect([status, err]).toEqual([0, ""])
    expect(JSON.parse(out)).toMatchObject({ pictures: ["maps-slp", "meteogram-slp"], verified: { verified: 4, pairs: 8 } })
    const html = await readFile(at("out/report.html"), "utf8")
    for (const words of [
      "Forecast of waves",
      "start on 2003-02-10",
      "at 50°N 10°W",
      "persistence",
      "Loss in training",
      "730 states from 2001-01-01 to 2003-01-01",
    ])
      expect([words, html.includes(words)]).toEqual([words, true])
    for (const name of ["maps-slp.png", "maps-slp.svg", "verification.json"]) await access(at(`out/${name}`))
  })

  it("shows a forecast without truth", async () => {
    const { status, out } = await run("--forecast", at("forecast.nc"), "--out", at("alone"))
    expect(status).toBe(0)
    expect(out).toContain(path.join("alone", "report.html"))
  })

  it.each([
    [2, /expected --forecast/, () => []],
    [2, /expected --truth beside --train-years/, () => ["--forecast", at("forecast.nc"), "--train-years", "2001"]],
    [2, /--point: expected a latitude/, () => ["--forecast", at("forecast.nc"), "--point", "95,0"]],
    [3, /nearest are 2003-02-10 and 2003-01-11/, () => ["--forecast", at("forecast.nc"), "--start", "2003-02-01"]],
    [
      2,
      /expected training states from 1990-01-01/,
      () => ["--forecast", at("forecast.nc"), "--truth", at("truth.nc"), "--train-years", "1990-1995"],
    ],
    [3, /missing.nc/, () => ["--forecast", at("missing.nc")]],
  ])("ends with %i and one sentence: %s", async (code, words, argv) => {
    const { status, err } = await run(...argv(), "--out", at("bad"), "--quiet")
    expect(status).toBe(code)
    expect(err).toMatch(words)
    expect(err).not.toMatch(/\n\s+at /)
  })
})
