import { type DataError, randomStream, selectBackend } from "@scalewise/nn"
import { beforeAll, describe, expect, it } from "vitest"
import { baselineForecasts } from "../baseline/baseline-forecasts.ts"
import { fitClimatology } from "../climatology/harmonic-climatology.ts"
import type { FieldSeries } from "../data/field-series.ts"
import type { ForecastSource } from "../forecast/forecast-source.ts"
import { cellCount, rowWeights } from "../grid/lat-lon-grid.ts"
import { redNoiseSeries, smallGrid } from "../testing/red-noise-series.ts"
import { anomalyCorrelation } from "./anomaly-correlation.ts"
import { ensembleCrps } from "./ensemble-crps.ts"
import { trainingQuantiles } from "./training-quantiles.ts"
import { verifyForecast } from "./verify-forecast.ts"
import { verifyWithBaselines } from "./verify-with-baselines.ts"

beforeAll(() => selectBackend())

const days = 365 * 3
const truth = redNoiseSeries({ days })
const trainTimes = Array.from({ length: 365 * 2 }, (_, t) => t)
const climatology = fitClimatology(truth, { times: trainTimes })
const cells = cellCount(smallGrid)

/** Members that obey the law of the truth itself: states of the same process from the same start with other noise. */
function perfectForecast({ members = 20, spread = 1, every = 3 } = {}): ForecastSource {
  const starts = truth.time.hours.filter((_, t) => t >= 365 * 2 && t < days - 3 && t % every === 0)
  return {
    name: "perfect",
    variables: truth.variables,
    grid: truth.grid,
    calendar: "standard",
    starts,
    leads: Float64Array.of(24, 72),
    members,
    read: (start) => {
      const from = truth.time.hours.indexOf(starts[start]!)
      const fields = new Float32Array(2 * members * cells)
      const season = (t: number): number => 1000 + 5 * Math.cos((2 * Math.PI * t) / 365.25)
      for (let m = 0; m < members; m++) {
        const state = Float64Array.from({ length: cells }, (_, cell) => truth.values[from * cells + cell]! - season(from))
        for (let day = 1; day <= 3; day++) {
          const stream = randomStream("perfect").fold(start).fold(m).fold(day)
          const noise = stream.normalValues([cells])
          const common = stream.fold("common").normalValues([6])
          for (let cell = 0; cell < cells; cell++)
            state[cell] = 0.8 * state[cell]! + spread * 0.6 * 8 * (0.6 * noise[cell]! + 0.8 * common[Math.floor(cell / 8)]!)
          if (day === 1 || day === 3)
            for (let cell = 0; cell < cells; cell++)
              fields[((day === 1 ? 0 : members) + m) * cells + cell] = season(from + day) + state[cell]!
        }
      }
      return Promise.resolve(fields)
    },
  }
}

/** A copy with some values changed. */
const changed = (series: FieldSeries, change: (values: Float32Array) => void): FieldSeries => {
  const values = series.values.slice()
  change(values)
  return { ...series, values }
}

describe("a perfect ensemble", () => {
  it("is calibrated in every score: ranks, spread, CRPS ratio, reliability, bands and spectra", async () => {
    const quantiles = trainingQuantiles(truth, trainTimes)
    const result = await verifyForecast(perfectForecast(), { truth, climatology, quantiles, training: "two years" })
    const [{ leads }] = [result.variables[0]!.systems[0]!]
    for (const at of leads) {
      expect(at.spreadSkill).toBeGreaterThan(0.97)
      expect(at.spreadSkill).toBeLessThan(1.03)
      expect(at.crpsRatio).toBeGreaterThan(0.97)
      expect(at.crpsRatio).toBeLessThan(1.03)
      expect(at.rankHistogram.length).toBe(21)
      expect(at.rankHistogram.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 10)
      expect(at.rankDeviation).toBeLessThan(0.15)
      expect(at.rmseUnbiased).toBeLessThan(at.rmse!)
      const event = at.events.find(({ name }) => name === "above 90 %")!
      expect(event.reliability).toBeLessThan(0.01)
      expect(event.brierSkill).toBeGreaterThan(0.05)
      expect(event.diagram.length).toBe(21)
      for (const band of at.bands) {
        expect(Math.abs(band.spreadSkill! - 1)).toBeLessThan(0.1)
        expect(Math.abs(band.varianceRatio! - 1)).toBeLessThan(0.15)
      }
      expect(at.spectrum!.logDistance).toBeLessThan(0.6)
      expect(at.spectrum!.ensembleMean.at(-1)).toBeLessThan(at.spectrum!.member.at(-1)!)
    }
    // Error variance of the ensemble mean by theory: 64 (1 - memory^(2 days)) (1 + 1 / M)
    expect(leads[0]!.rmse).toBeCloseTo(Math.sqrt(64 * (1 - 0.8 ** 2) * 1.05), 0.5)
    expect(leads[1]!.rmse! / Math.sqrt(64 * (1 - 0.8 ** 6) * 1.05)).toBeCloseTo(1, 1.2)
    expect(leads[0]!.crpsInterval.lower).toBeLessThan(leads[0]!.crps!)
    expect(leads[0]!.crpsInterval.upper).toBeGreaterThan(leads[0]!.crps!)
  })

  it("of too little spread is found out", async () => {
    const result = await verifyForecast(perfectForecast({ spread: 0.5 }), { truth, climatology, training: "two years" })
    const at = result.variables[0]!.systems[0]!.leads[0]!
    expect(at.spreadSkill).toBeLessThan(0.6)
    expect(at.rankHistogram[0]! + at.rankHistogram[20]!).toBeGreaterThan(0.2)
  })
})

it("gives what the plain definitions give", async () => {
  const forecast = perfectForecast({ members: 4, every: 50 })
  const result = await verifyForecast(forecast, { truth, climatology, training: "two years" })
  const weights = rowWeights(smallGrid)
  const cellWeights = Float64Array.from({ length: cells }, (_, cell) => weights[Math.floor(cell / 8)]!)
  const total = cellWeights.reduce((sum, weight) => sum + weight, 0)
  let [squares, absolute, bias, crps, classic, acc] = [0, 0, 0, 0, 0, 0]
  const count = forecast.starts.length
  for (let start = 0; start < count; start++) {
    const fields = await forecast.read(start)
    const hours = forecast.starts[start]! + 72
    const t = truth.time.hours.indexOf(hours)
    const means: number[] = []
    for (let cell = 0; cell < cells; cell++) {
      const members = [4, 5, 6, 7].map((m) => fields[m * cells + cell]!)
      const y = truth.values[t * cells + cell]!
      const mean = members.reduce((sum, member) => sum + member, 0) / 4
      means.push(mean)
      const share = cellWeights[cell]! / total / count
      squares += share * (mean - y) ** 2
      absolute += share * Math.abs(mean - y)
      bias += share * (mean - y)
      crps += share * ensembleCrps(members, y)
      classic += share * ensembleCrps(members, y, { form: "classic" })
    }
    acc +=
      anomalyCorrelation(means, truth.values.subarray(t * cells, (t + 1) * cells), climatology.mean(hours, "standard"), cellWeights) / count
  }
  const at = result.variables[0]!.systems[0]!.leads[1]!
  expect(at.starts).toBe(count)
  for (const [found, expected] of [
    [at.rmse, Math.sqrt(squares)],
    [at.mae, absolute],
    [at.bias, bias],
    [at.crps, crps],
    [at.crpsClassic, classic],
    [at.acc, acc],
  ] as const)
    expect(found).toBeCloseTo(expected, 5)
  expect(
    result.variables[0]!.biasMaps[1]!.reduce((sum: number, value, cell) => sum + (value! * cellWeights[cell]!) / total, 0),
  ).toBeCloseTo(bias, 5)
})

it("leaves missing cells out and counts them, and pairs without truth or forecast", async () => {
  const forecast = perfectForecast({ members: 4, every: 50 })
  const t = truth.time.hours.indexOf(forecast.starts[0]! + 24)
  const holed = changed(truth, (values) => values.fill(NaN, t * cells, t * cells + 10))
  const partial: ForecastSource = {
    ...forecast,
    read: async (start) => {
      const fields = await forecast.read(start)
      if (start === 1) fields.fill(NaN, 0, 4 * cells) // all of lead 1
      if (start === 2) fields[2 * cells + 5] = NaN // one member's cell
      return fields
    },
  }
  const result = await verifyForecast(partial, { truth: holed, climatology, training: "two years" })
  const count = forecast.starts.length
  const [first, second] = result.variables[0]!.systems[0]!.leads
  expect([first!.starts, first!.missingTruth, first!.missingForecast]).toEqual([count - 1, 10, cells + 1])
  expect([second!.starts, second!.missingTruth, second!.missingForecast]).toEqual([count, 0, 0])
  expect(result.starts).toMatchObject({ verified: count, pairs: 2 * count - 1, withoutTruth: 0, withoutForecast: 1, unverified: [] })
  expect(result.notices.join(" ")).toMatch(/10 cells were left out because the truth is missing/)
  const short: ForecastSource = { ...forecast, starts: Float64Array.of(...forecast.starts, truth.time.hours.at(-1)! + 24) }
  const late = await verifyForecast(short, { truth, climatology, training: "two years" })
  expect(late.starts).toMatchObject({ verified: count, withoutTruth: 2, unverified: ["2004-01-01"] })
})

it("compares with baselines on the same cells, and says what is better with certainty", async () => {
  const forecast = perfectForecast({ members: 10 })
  const baselines = baselineForecasts({ forecast, series: truth, trainTimes, climatology }, ["climatology-gaussian", "persistence"])
  const result = await verifyForecast(forecast, { truth, climatology, baselines, training: "two years" })
  const { systems, comparisons } = result.variables[0]!
  expect(systems.map(({ name, isBaseline, members, crpsForm }) => [name, isBaseline, members, crpsForm])).toEqual([
    ["perfect", false, 10, "fair"],
    ["climatology (Gaussian)", true, 10, "fair"],
    ["persistence", true, 1, "absolute error"],
  ])
  expect(result.notices).toEqual(["persistence has one member: fair CRPS is undefined for it, and its CRPS is the absolute error."])
  expect(systems[2]!.leads[0]).toMatchObject({ spread: null, spreadSkill: null, crpsRatio: null })
  expect(systems[2]!.leads[0]!.crps).toBeCloseTo(systems[2]!.leads[0]!.mae!, 10)
  const skill = comparisons.find(({ reference, score }) => reference === "climatology (Gaussian)" && score === "crps")!.leads[0]!.skill
  expect(skill.estimate).toBeCloseTo(1 - systems[0]!.leads[0]!.crps! / systems[1]!.leads[0]!.crps!, 10)
  expect(skill.lower).toBeGreaterThan(0)
  expect(skill.upper).toBeGreaterThan(skill.estimate!)
  expect(JSON.parse(JSON.stringify(result))).toEqual(result) // plain and finite
}, 30_000)

it("is the same for the same seed", async () => {
  const run = (seed: number) => verifyForecast(perfectForecast({ every: 20 }), { truth, climatology, training: "", seed })
  expect(await run(1)).toEqual(await run(1))
})

describe("with training years", () => {
  const train = { from: truth.time.hours[0]!, to: truth.time.hours[730]! }

  it("drops leads without truth and the start itself, and tells of starts that training has seen", async () => {
    const forecast = perfectForecast({ every: 100 })
    const more: ForecastSource = {
      ...forecast,
      starts: Float64Array.of(truth.time.hours[400]!, ...forecast.starts),
      leads: Float64Array.of(0, 36, 72),
      read: async () => {
        const fields = await forecast.read(0)
        return Float32Array.from({ length: 60 * cells }, (_, at) => fields[at % fields.length]!)
      },
    }
    const { result } = await verifyWithBaselines(more, { series: truth, train, baselines: [] })
    expect(result.leads).toEqual([72])
    expect(result.notices).toEqual([
      "No truth is there at any start for the leads 36 h; they are left out.",
      "Lead 0 h is the start itself and is left out.",
      `1 of ${forecast.starts.length + 1} starts lie in the training years: scores there are no test, of baselines least of all.`,
    ])
    expect(result.training).toBe("730 states from 2001-01-01 to 2003-01-01")
  })

  it("cuts a larger grid to the forecast's", async () => {
    const forecast = perfectForecast({ every: 60, members: 3 })
    const wide = redNoiseSeries({ days: 2, grid: { ...smallGrid, latitudes: Float64Array.of(65, ...smallGrid.latitudes) } }).grid
    const values = new Float32Array(days * (cells + 8)).fill(NaN)
    for (let t = 0; t < days; t++) values.set(truth.values.subarray(t * cells, (t + 1) * cells), t * (cells + 8) + 8)
    const options = { train, baselines: [] } as const
    const { result } = await verifyWithBaselines(forecast, { series: { ...truth, grid: wide, values }, ...options })
    expect(result.variables).toEqual((await verifyWithBaselines(forecast, { series: truth, ...options })).result.variables)
  })

  it("says in one sentence what does not go together", async () => {
    const forecast = perfectForecast({ every: 100, members: 2 })
    const other = (change: Partial<FieldSeries>): FieldSeries => ({ ...truth, ...change })
    const shifted = { ...smallGrid, latitudes: smallGrid.latitudes.map((degrees) => degrees + 1) }
    for (const [series, message] of [
      [other({ variables: [{ name: "slp", units: "Pa" }] }), /expected slp of the truth in hPa, as in perfect, found Pa; convert/],
      [other({ variables: [{ name: "z", units: "m" }] }), /expected a variable slp in the truth, as perfect has it, found z/],
      [other({ grid: shifted }), /found latitudes 61 to 36 degrees instead of 60 to 35 degrees; regrid/],
      [other({ time: { ...truth.time, calendar: "noleap" } }), /expected truth in the calendar of perfect, standard, found noleap/],
      [
        other({ time: { ...truth.time, hours: truth.time.hours.map((hours) => hours + 6) } }),
        /expected truth at valid times of perfect, .*found truth of/,
      ],
    ] as const)
      await expect(verifyWithBaselines(forecast, { series, train, baselines: [] })).rejects.toThrow(
        expect.objectContaining({ message: expect.stringMatching(message) as string, code: "DATA" }) as DataError,
      )
    await expect(verifyWithBaselines(forecast, { series: truth, train: { from: 0, to: 24 } })).rejects.toThrow(
      /choose years that the data has/,
    )
  })
})
