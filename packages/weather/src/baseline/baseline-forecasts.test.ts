import { ConfigError, DataError, selectBackend } from "@scalewise/nn"
import { beforeAll, describe, expect, it } from "vitest"
import { fitClimatology } from "../climatology/harmonic-climatology.ts"
import type { FieldSeries } from "../data/field-series.ts"
import type { ForecastSource } from "../forecast/forecast-source.ts"
import { isGaussian, type GaussianForecastSource } from "../forecast/gaussian-forecast-source.ts"
import { redNoiseSeries, smallGrid } from "../testing/red-noise-series.ts"
import { verifyForecast } from "../verification/verify-forecast.ts"
import { baselineForecasts, baselineNames, type BaselineName } from "./baseline-forecasts.ts"

beforeAll(() => selectBackend())

const [days, cells] = [365 * 4, 48]
const series = redNoiseSeries({ days, memory: 0.8 })
const trainTimes = Array.from({ length: 365 * 3 }, (_, t) => t)
const climatology = fitClimatology(series, { times: trainTimes })
const forecast = {
  variables: series.variables,
  grid: smallGrid,
  calendar: "standard" as const,
  starts: series.time.hours.filter((_, t) => t >= 365 * 3 + 5 && t < days - 5 && t % 2 === 0),
  leads: Float64Array.of(24, 72),
  members: 12,
}
const options = { forecast, series, trainTimes, climatology, seed: 3 }
const one = (name: BaselineName, change: Partial<typeof options> = {}): ForecastSource =>
  baselineForecasts({ ...options, ...change }, [name])[0]!

it("all have the forecast's starts, leads, variables and members, and no missing number", async () => {
  const found = baselineForecasts(options)
  expect(found.map(({ name, members }) => [name, members])).toEqual([
    ["climatology (Gaussian)", 12],
    ["climatology (ensemble)", 12],
    ["persistence", 1],
    ["damped persistence", 12],
    ["linear inverse model", 12],
    ["analogs", 12],
  ])
  for (const source of found) {
    expect([source.starts, source.leads]).toEqual([forecast.starts, forecast.leads])
    const fields = await source.read(4)
    expect(fields.length).toBe(2 * source.members * cells)
    expect(fields.every((value) => value > 940 && value < 1060)).toBe(true)
    expect(await source.read(4)).toEqual(fields)
    expect(await source.read(5)).not.toEqual(fields)
  }
})

it("learn nothing from outside the training years but the states at the starts", async () => {
  const start = forecast.starts.length - 1
  const now = series.time.hours.indexOf(forecast.starts[start]!)
  const values = series.values.slice()
  for (let t = trainTimes.length; t < days; t++) if (t !== now && t !== now - 1) values.fill(-999, t * cells, (t + 1) * cells)
  const blind: FieldSeries = { ...series, values }
  for (const name of baselineNames) expect(await one(name, { series: blind }).read(start)).toEqual(await one(name).read(start))
})

it("score on a first-order autoregression what theory says, and are calibrated", async () => {
  const names = ["climatology-gaussian", "climatology-ensemble", "persistence", "damped", "lim"] as const
  const [first, ...rest] = baselineForecasts(options, names)
  const result = await verifyForecast(first!, {
    truth: series,
    climatology,
    baselines: rest,
    training: "",
    bandStarts: 1,
    spectrumStarts: 1,
  })
  const [gaussian, ensemble, persistence, damped, lim] = result.variables[0]!.systems
  // Deviations of the truth about the best mean: 8 sqrt(1 - 0.8^(2 days)); CRPS of a perfect Gaussian is that / sqrt(pi)
  const crps = (variance: number): number => (8 * Math.sqrt(variance)) / Math.sqrt(Math.PI)
  for (const [l, d] of [1, 3].entries()) {
    for (const system of [gaussian!, ensemble!]) expect(system.leads[l]!.crps! / crps(1)).toBeCloseTo(1, 0.5) // one year is short
    for (const system of [damped!, lim!]) {
      expect(system.leads[l]!.crps! / crps(1 - 0.8 ** (2 * d))).toBeCloseTo(1, 0.9)
      expect(system.leads[l]!.crpsGaussian! / system.leads[l]!.crps!).toBeCloseTo(1, 1.5)
      expect(system.leads[l]!.spreadSkill).toBeCloseTo(1, 0.8)
    }
    expect(persistence!.leads[l]!.rmse! / (8 * Math.sqrt(2 * (1 - 0.8 ** d)))).toBeCloseTo(1, 0.9)
  }
})

describe("Gaussian baselines", () => {
  it.each(["climatology-gaussian", "damped", "lim"] as const)("%s: members have the mean and deviation that it states", async (name) => {
    const members = 400
    const source = one(name, { forecast: { ...forecast, members } }) as GaussianForecastSource
    expect(isGaussian(source)).toBe(true)
    const [fields, { mean, deviation }] = [await source.read(2), await source.readGaussian(2)]
    let [bias, ratio] = [0, 0]
    for (let l = 0; l < 2; l++)
      for (let cell = 0; cell < cells; cell++) {
        const own = Array.from({ length: members }, (_, m) => fields[(l * members + m) * cells + cell]!)
        const average = own.reduce((sum, value) => sum + value, 0) / members
        const variance = own.reduce((sum, value) => sum + (value - average) ** 2, 0) / (members - 1)
        const at = l * cells + cell
        expect(Math.abs(average - mean[at]!)).toBeLessThan(5 * (deviation[at]! / Math.sqrt(members)))
        bias += (average - mean[at]!) / deviation[at]! / (2 * cells)
        ratio += variance / deviation[at]! ** 2 / (2 * cells)
      }
    expect(Math.abs(bias)).toBeLessThan(0.15)
    expect(ratio).toBeGreaterThan(0.85)
    expect(ratio).toBeLessThan(1.15)
  })

  it("keep neighbours together: members correlate along rows as the truth does", async () => {
    const fields = await one("damped").read(1)
    const truthCorrelation = 0.64 // the share of the common part
    let [product, square] = [0, 0]
    for (let row = 0; row < 6; row++)
      for (let m = 0; m < 12; m++) {
        const at = (m * 6 + row) * 8
        const mean = (column: number): number =>
          Array.from({ length: 12 }, (_, other) => fields[(other * 6 + row) * 8 + column]!).reduce((sum, value) => sum + value, 0) / 12
        for (let column = 0; column < 7; column++) {
          const [a, b] = [fields[at + column]! - mean(column), fields[at + column + 1]! - mean(column + 1)]
          product += a * b
          square += (a * a + b * b) / 2
        }
      }
    expect(product / square).toBeGreaterThan(truthCorrelation - 0.2)
    expect(product / square).toBeLessThan(truthCorrelation + 0.2)
  })
})

it("persistence keeps the anomaly and moves the season and the hour", async () => {
  // Six-hourly states that are 10 sin(hour) and a departure of 3 in the last ones
  const hours = Float64Array.from({ length: 4 * 200 }, (_, t) => 11_323 * 24 + 6 * t)
  const values = new Float32Array(hours.length * cells)
  for (const [t, hour] of hours.entries())
    values.fill(10 * Math.sin((2 * Math.PI * (hour % 24)) / 24) + (t >= 790 ? 3 : 0), t * cells, (t + 1) * cells)
  const noise = redNoiseSeries({ days: 800 }).values
  for (let at = 0; at < values.length; at++) values[at]! += 0.001 * (noise[at]! - 1000)
  const time = { calendar: "standard" as const, hours, stepHours: 6, segments: [{ from: 0, to: hours.length }] }
  const sixHourly: FieldSeries = { ...series, time, values }
  const train = Array.from({ length: 700 }, (_, t) => t)
  const [source] = baselineForecasts(
    {
      ...options,
      series: sixHourly,
      trainTimes: train,
      climatology: fitClimatology(sixHourly, { times: train }),
      forecast: { ...forecast, starts: Float64Array.of(hours[795]!), leads: Float64Array.of(6, 12) },
    },
    ["persistence"],
  )
  const fields = await source!.read(0)
  for (const [l, t] of [796, 797].entries())
    expect(Math.abs(fields[l * cells]! - (10 * Math.sin((2 * Math.PI * (hours[t]! % 24)) / 24) + 3))).toBeLessThan(0.2)
})

it("analogs of a start inside training are never its own days", async () => {
  const inside = { ...forecast, starts: Float64Array.of(series.time.hours[500]!) }
  const fields = await one("analogs", { forecast: inside }).read(0)
  const truth = series.values.subarray(501 * cells, 502 * cells)
  for (let m = 0; m < 12; m++) {
    const own = fields.subarray(m * cells, (m + 1) * cells)
    expect(Math.max(...own.map((value, cell) => Math.abs(value - truth[cell]!)))).toBeGreaterThan(1)
  }
})

it("give NaN where the state at the start is missing or has gaps, but for climatology", async () => {
  const now = series.time.hours.indexOf(forecast.starts[0]!)
  const values = series.values.slice()
  values[now * cells + 3] = NaN
  const holed = { ...series, values }
  for (const name of ["damped", "lim", "analogs"] as const)
    expect((await one(name, { series: holed }).read(0)).every(Number.isNaN)).toBe(true)
  expect((await one("persistence", { series: holed }).read(0)).filter(Number.isNaN).length).toBe(2)
  expect((await one("climatology-ensemble", { series: holed }).read(0)).some(Number.isNaN)).toBe(false)
})

it("say what is wrong", () => {
  expect(() => baselineForecasts(options, ["lims" as BaselineName])).toThrow(ConfigError)
  expect(() => one("lim", { forecast: { ...forecast, leads: Float64Array.of(36) } })).toThrow(
    /at least 30 training states .* found 0 of 1095/,
  )
  expect(() => one("damped", { trainTimes: trainTimes.slice(0, 20) })).toThrow(DataError)
  expect(() => one("damped", { forecast: { ...forecast, variables: [{ name: "z", units: "m" }] } })).toThrow(
    /expected a series of z, in this order, got one of slp/,
  )
})
