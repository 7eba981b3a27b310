import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { runVerb } from "@scalewise/cli/testing"
import { randomStream } from "@scalewise/nn"
import { createForecastFile, createNetcdf, type VerificationResult } from "@scalewise/weather"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { verifyVerb } from "./verify-verb.ts"

let folder = ""
const at = (name: string): string => path.join(folder, name)
const run = (...argv: string[]) => runVerb(verifyVerb, argv, { name: "scalewise-weather", domain: "weather" })

const [latitudes, longitudes] = [Float64Array.of(60, 55, 50, 45), Float64Array.of(-20, -15, -10, -5, 0, 5)]
const cells = 24
const days = 3 * 365
const day2003 = 12_053 // from 1970-01-01
/** Red noise around 1013 hPa, a day a row. */
const states: Float32Array[] = []

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "verify-"))
  let state = new Float32Array(cells)
  for (let t = 0; t < days; t++) {
    const noise = randomStream("verify").fold(t).normalValues([cells])
    state = state.map((value, cell) => 0.8 * value + 5 * noise[cell]!)
    states.push(state.map((value) => 1013 + value))
  }
  await writeTruth("truth.nc", "slp", latitudes)
  await writeTruth("other-grid.nc", "slp", Float64Array.of(61, 56, 51, 46))
  await writeTruth("other-variable.nc", "t2m", latitudes)
  const forecast = await createForecastFile(at("forecast.nc"), {
    variables: [{ name: "slp", units: "hPa", standardName: "air_pressure_at_mean_sea_level" }],
    grid: { latitudes, longitudes, isPeriodic: false },
    calendar: "standard",
    starts: Float64Array.from([...Array.from({ length: 60 }, (_, i) => 5 * i), 365], (day) => 24 * (day2003 + day)),
    leads: Float64Array.of(24, 48),
    members: 8,
    attributes: { title: "red noise" },
  })
  for (let start = 0; start < 61; start++)
    for (const lead of [0, 1])
      for (let member = 0; member < 8; member++) {
        const noise = randomStream("members").fold(start).fold(member).normalValues([2, cells])
        const present = states[730 + (start < 60 ? 5 * start : 360)]!
        const values = present.map((value, cell) => {
          const next = 0.8 * (value - 1013) + 5 * noise[cell]!
          return 1013 + (lead === 0 ? next : 0.8 * next + 5 * noise[cells + cell]!)
        })
        if (start !== 3 || lead !== 1) await forecast.write({ start, lead, member, values })
      }
  await forecast.close()
})
afterAll(() => rm(folder, { recursive: true }))

/** Three years in Pa from 2001 on. */
async function writeTruth(name: string, variable: string, rows: Float64Array): Promise<void> {
  const file = await createNetcdf(at(name), {
    dimensions: [
      { name: "time", length: 0 },
      { name: "lat", length: 4 },
      { name: "lon", length: 6 },
    ],
    attributes: {},
    variables: [
      { name: "time", type: "float64", dimensions: ["time"], attributes: { units: "days since 1970-01-01", calendar: "standard" } },
      { name: "lat", type: "float64", dimensions: ["lat"], attributes: { units: "degrees_north" } },
      { name: "lon", type: "float64", dimensions: ["lon"], attributes: { units: "degrees_east" } },
      { name: variable, type: "float32", dimensions: ["time", "lat", "lon"], attributes: { units: variable === "slp" ? "Pa" : "K" } },
    ],
  })
  await file.write("lat", rows)
  await file.write("lon", longitudes)
  for (const [t, state] of states.entries()) {
    await file.write("time", [day2003 - 730 + t], { start: [t], count: [1] })
    await file.write(
      variable,
      state.map((value) => 100 * value),
      { start: [t, 0, 0], count: [1, 4, 6] },
    )
  }
  await file.close()
}

describe("verify", () => {
  it("prints a scorecard with intervals and baselines, says what was left out, and writes both forms", async () => {
    const options = ["--forecast", at("forecast.nc"), "--truth", at("truth.nc"), "--train-years", "2001-2002", "--out", at("scores")]
    const { status, out, err } = await run(...options)
    expect([status, err.includes("Error")]).toEqual([0, false])
    expect(err).toMatch(
      /60 starts, 119 pairs of start and lead verified; left out 2 without truth and 1 without forecast\. Not verified at all: 2004-01-01\./,
    )
    expect(err).toMatch(/persistence has one member/)
    expect(out).toMatch(
      /^red noise: 60 starts from 2003-01-01 to 2003-10-23, seed 0\.\nClimatology, events and baselines are learned from 730 states from 2001-01-01 to 2003-01-01\./,
    )
    expect(out).toMatch(/\nslp in hPa \(fair CRPS, 8 members\)\n/)
    expect(out).toMatch(/\n1 d +60 +\d\.\d+ +\[\d\.\d+, \d\.\d+\] /)
    expect(out).toMatch(
      /\nlead +red noise +climatology \(Gaussian\) +climatology \(ensemble\) +persistence +damped persistence +linear inverse model +analogs\n/,
    )
    expect(out).toMatch(/CRPS gained on each reference/)
    expect(out).toMatch(/variance of members over that of the truth/)
    expect(out).toMatch(/above 99 %/)
    expect(await readFile(at("scores/scorecard.txt"), "utf8")).toBe(out)
    const result = JSON.parse(await readFile(at("scores/verification.json"), "utf8")) as VerificationResult
    const [{ systems, comparisons }] = [result.variables[0]!]
    // The members obey the truth's own law, so that its figures are known: deviation 5 at one day, CRPS 5 / sqrt(pi)
    expect(systems[0]!.leads[0]!.crps! / (5 / Math.sqrt(Math.PI))).toBeCloseTo(1, 1)
    expect(systems[0]!.leads[0]!.spreadSkill).toBeCloseTo(1, 1)
    expect(systems[0]!.leads[1]!.missingForecast).toBe(cells)
    const overPersistence = comparisons.find(({ reference, score }) => reference === "persistence" && score === "crps")!
    expect(overPersistence.leads[0]!.skill.lower).toBeGreaterThan(0.2)
  }, 60_000)

  it("gives programs the whole result, the same for the same seed", async () => {
    const options = ["--forecast", at("forecast.nc"), "--truth", at("truth.nc"), "--train-years", "2001/2002-06-30", "--baselines", "damped", "--json", "--quiet"] // prettier-ignore
    const json = await run(...options, "--seed", "4")
    expect(json.status).toBe(0)
    const result = JSON.parse(json.out) as VerificationResult
    expect(result).toMatchObject({ format: "scalewise-verification-1", forecast: "red noise", leads: [24, 48], settings: { seed: 4 } })
    expect(result.variables[0]!.systems.map(({ name }) => name)).toEqual(["red noise", "damped persistence"])
    expect((await run(...options, "--seed", "4")).out).toBe(json.out)
  }, 60_000)

  it("says in one sentence what is wrong and how to mend it, with the status of its kind", async () => {
    const [forecast, truth, years] = [
      ["--forecast", at("forecast.nc")],
      ["--truth", at("truth.nc")],
      ["--train-years", "2001-2002"],
    ]
    for (const [argv, status, message] of [
      [[...truth, ...years], 2, /expected --forecast FILE, got none/],
      [[...forecast, ...years], 2, /expected --truth FILE/],
      [[...forecast, ...truth], 2, /expected --train-years, such as 2001-2007/],
      [[...forecast, ...truth, "--train-years", "1990-1995"], 2, /choose years that the data has/],
      [[...forecast, ...truth, "--train-years", "soon"], 3, /expected/],
      [[...forecast, ...truth, ...years, "--baselines", "limm"], 2, /expected all, none, or some of climatology-gaussian/],
      [[...forecast, ...truth, ...years, "--variables", "z"], 2, /expected some of slp/],
      [
        [...forecast, "--truth", at("other-grid.nc"), ...years],
        3,
        /expected truth on the grid of red noise, found latitudes 61 to 46 degrees instead of 60 to 45/,
      ],
      [[...forecast, "--truth", at("other-variable.nc"), ...years], 2, /t2m/],
      [[...forecast, "--truth", at("nowhere.nc"), ...years], 3, /nowhere\.nc/],
      [["--forecast", at("truth.nc"), ...truth, ...years], 3, /forecast/],
    ] as const) {
      const found = await run(...argv)
      expect([argv.join(" "), found.status, found.out, found.err.trim().split("\n").length]).toEqual([argv.join(" "), status, "", 1])
      expect(found.err).toMatch(message)
    }
  }, 60_000)
})
