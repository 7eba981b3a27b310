import { mkdtemp, readFile, rm } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { logLikelihood } from "@scalewise/core"
import { checkBackwardProcess } from "@scalewise/core/testing"
import { ConfigError, DataError, randomStream, selectBackend, tensorsIn, tf } from "@scalewise/nn"
import { testBackends } from "@scalewise/nn/testing"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { climatologyDistance } from "../testing/climatology-distance.ts"
import { openForecastFile } from "../forecast/open-forecast-file.ts"
import { tinyForecaster, tinyForecasterConfig } from "../testing/tiny-forecaster.ts"
import { tinySeries } from "../testing/tiny-series.ts"
import { calibrateForecaster, ensembleQuality } from "./calibrate.ts"
import { loadForecaster, saveForecaster, type Forecaster } from "./forecaster.ts"
import { initialStates } from "./initial-states.ts"
import { modelForecasts } from "./model-forecasts.ts"
import { rollout, type RolloutLead } from "./rollout.ts"
import type { ForecasterTrainingEvent } from "./train-forecaster.ts"
import { trainForecaster } from "./train-forecaster.ts"
import { writeForecast } from "./write-forecast.ts"

const series = tinySeries()
const { hours } = series.time
let folder: string
let model: Forecaster

beforeAll(async () => {
  await selectBackend()
  folder = await mkdtemp(path.join(os.tmpdir(), "forecaster-"))
  ;({ model } = await tinyForecaster({ series }))
})
afterAll(async () => {
  model.dispose()
  await rm(folder, { recursive: true, force: true })
})

const all = async (forecast: AsyncGenerator<RolloutLead>): Promise<Float32Array[]> => {
  const leads: Float32Array[] = []
  for await (const { fields } of forecast) leads.push(fields)
  return leads
}

describe("the backward process", () => {
  const condition = (ids: readonly number[]) => {
    const rows = (name: string) => tf.stack(ids.map((id) => randomStream(5).fold(name).fold(id).normal([8, 10, 1])))
    return {
      current: rows("current"),
      previous: rows("previous"),
      calendar: tf.stack(ids.map((id) => tf.tensor1d([1, 0, Math.cos(id), Math.sin(id)]))),
    }
  }

  test("keeps what a backward process promises: samples that are the same in any batch, laws that are laws, no tensor left over", async () => {
    await checkBackwardProcess(model.process(), { condition })
  })

  test("gives an exact likelihood of the tokens of a next state, and calibrated temperatures change it", async () => {
    const given = condition([0, 1])
    const { body, parameters } = model
    const forward = {
      steps: body.schedule.steps,
      targets: (latents: tf.Tensor) => body.multiScale.encode(parameters.codes, latents).map(({ tokens }) => tokens),
    }
    const latents = randomStream(6).normal([2, 8, 10, 1])
    const nats = (temperatures: number[]) => [
      ...logLikelihood({ forward, process: model.process(temperatures) }, latents, { condition: given }).nats.dataSync(),
    ]
    const sites = body.schedule.length
    const [cold, hot] = [nats([1, 1, 1]), nats([1e6, 1e6, 1e6])]
    for (const value of hot) expect(value).toBeCloseTo(-sites * Math.log(6), 2) // every code equally likely
    expect(cold[0]).not.toBeCloseTo(hot[0]!, 0)
  })
})

describe("an ensemble", () => {
  const states = () => initialStates(model, series)
  const start = hours[350]!

  test("has members that stand alone: more of them, and other starts beside them, change nothing", async () => {
    const two = [hours[300]!, start].map((at) => states().at(at))
    const together = await all(rollout(model, { starts: two, members: [0, 1, 2, 3], leads: 3, seed: 4 }))
    const alone = await all(rollout(model, { starts: [states().at(start)], members: [2], leads: 3, seed: 4 }))
    for (const [lead, fields] of together.entries()) {
      const member = fields.subarray((4 + 2) * 80, (4 + 3) * 80)
      for (const [cell, value] of alone[lead]!.entries()) expect(value).toBeCloseTo(member[cell]!, 2)
    }
    expect(together[0]!.subarray(0, 80)).not.toEqual(together[0]!.subarray(80, 160))
    const another = await all(rollout(model, { starts: [states().at(start)], members: [2], leads: 3, seed: 5 }))
    expect(another[0]).not.toEqual(alone[0])
  })

  test("beats the climatology that its training years give, at one step", async () => {
    const starts = Array.from({ length: 60 }, (_, i) => hours[310 + i]!)
    const { crps } = await ensembleQuality(modelForecasts(model, states(), { starts, leads: 1, members: 20, seed: 0 }), series)
    expect(crps[0]![0]!).toBeLessThan(0.7 * climatologyDistance(series, starts, 300)) // of a Gaussian, the CRPS is about 0.7 of the mean distance
  })

  test("leaves no tensor behind, whether it ends or is left", async () => {
    const run = async (leads: number) => {
      for await (const { lead } of rollout(model, { starts: [states().at(start)], members: [0], leads: 3, seed: 0 }))
        if (lead === leads) break
    }
    await run(3)
    const before = tf.memory().numTensors
    await run(3)
    await run(1)
    expect(tf.memory().numTensors).toBe(before)
  })

  test("is written lead by lead, and a file that was cut off is completed with the values it would have had", async () => {
    const options = { starts: [hours[300]!, start], leads: 4, members: 5, seed: 1, together: 3 }
    const whole = path.join(folder, "whole.nc")
    const { made } = await writeForecast(model, states(), { ...options, path: whole })
    expect(made).toBe(2 * 4 * 5)
    const cut = path.join(folder, "cut.nc")
    const controller = new AbortController()
    const stopped = writeForecast(model, states(), {
      ...options,
      path: cut,
      signal: controller.signal,
      onProgress: (done) => done >= 18 && controller.abort(new Error("stop")),
    })
    await expect(stopped).rejects.toThrow("stop")
    const { made: rest } = await writeForecast(model, states(), { ...options, path: cut, resume: true })
    expect(rest).toBeLessThan(made)
    expect(await readFile(cut)).toEqual(await readFile(whole))
    const source = await openForecastFile(whole)
    expect([...source.starts]).toEqual([...options.starts])
    const fields = await source.read(1)
    const expected = await all(rollout(model, { starts: [states().at(start)], members: [4], leads: 4, seed: 1 }))
    const size = 80
    for (const [lead, field] of expected.entries())
      for (const [cell, value] of field.entries()) expect(fields[(lead * 5 + 4) * size + cell]!).toBeCloseTo(value, 2)
    await source.close()
  })
})

describe("initial states", () => {
  test("a date that is not there is refused with the nearest that are", () => {
    const states = initialStates(model, series)
    expect(() => states.at(hours[0]! - 24 * 30)).toThrow(/start 2000-12-02: .*nearest starts: 2001-01-02, 2001-01-03/)
  })

  test("a gap before a date is named", () => {
    const values = Float32Array.from(series.values)
    values.fill(Number.NaN, 99 * 80, 99 * 80 + 1)
    expect(() => initialStates(model, { ...series, values }).at(hours[100]!)).toThrow(/found a gap or missing values/)
  })

  test.each([
    ["units", { variables: [{ name: "slp", units: "Pa" }] }, /expected the variables of training \(slp in hPa\), found slp in Pa/],
    ["grid", { grid: { ...series.grid, latitudes: series.grid.latitudes.map((value) => value + 1) } }, /expected the grid of training/],
    ["calendar", { time: { ...series.time, calendar: "noleap" as const } }, /expected the calendar of training, standard/],
    ["step", { time: { ...series.time, stepHours: 6 } }, /every 24 hours as in training, found one every 6/],
  ])("another %s is refused", (_, change, message) => {
    expect(() => initialStates(model, { ...series, ...change })).toThrow(message)
  })

  test("states far from training are told from usual ones", () => {
    const values = Float32Array.from(series.values, (value) => 1000 + 10 * (value - 1000))
    expect(initialStates(model, series).excess(hours[100]!)).toBeLessThan(1.01)
    expect(initialStates(model, { ...series, values }).excess(hours[100]!)).toBeGreaterThan(1.5)
  })
})

describe("training", () => {
  test("says what the codes miss and what a token costs without any state, and beats that", async () => {
    const { summary, scales, model: trained } = await tinyForecaster({ series })
    expect(summary.grids).toEqual([
      [2, 2],
      [4, 5],
      [8, 10],
    ])
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
    expect(sum(scales.map(({ nats }) => nats))).toBeLessThan(sum(summary.unigramNats))
    expect(summary.wavelengths[0]!).toBeGreaterThan(summary.wavelengths[2]!)
    expect(summary.quantisationError[0]!).toBeLessThan(0.5)
    trained.dispose()
  })

  test("goes on bit for bit after an interruption", async () => {
    const train = (place: string, stopAfter = Number.POSITIVE_INFINITY) => {
      const controller = new AbortController()
      return collect(
        trainForecaster({
          config: { ...tinyForecasterConfig, training: { ...tinyForecasterConfig.training, epochs: 4 } },
          series,
          train: { from: hours[0]!, to: hours[300]! },
          validation: { from: hours[300]!, to: hours[399]! },
          folder: path.join(folder, place),
          signal: controller.signal,
          clock: () => 0,
        }),
        (event) =>
          event.type === "network" && event.event.type === "epoch" && event.event.epoch >= stopAfter && controller.abort(new Error("stop")),
      )
    }
    const whole = await train("whole")
    await expect(train("cut", 2)).rejects.toThrow("stop")
    const resumed = await train("cut")
    const networks = (of: Forecaster) => [...tensorsIn([of.parameters.networks])].map((tensor) => [...tensor.dataSync()])
    expect(networks(resumed)).toEqual(networks(whole))
    whole.dispose()
    resumed.dispose()
  })

  test.each([
    ["overlapping periods", { validation: { from: hours[0]!, to: hours[50]! } }, ConfigError],
    ["a short period", { train: { from: hours[0]!, to: hours[50]! } }, DataError],
    ["months", { series: { ...series, time: { ...series.time, stepHours: 744 } } }, DataError],
  ])("refuses %s", async (_, change, kind) => {
    await expect(tinyForecaster({ series, ...change })).rejects.toThrow(kind)
  })

  test.each(["tendency", "linear"] as const)("codes %s where asked, with attention and patches over two variables", async (target) => {
    const two = tinySeries({ variables: 2 })
    const { model: trained } = await tinyForecaster({
      series: two,
      config: {
        ...tinyForecasterConfig,
        target,
        deviation: "cell",
        latent: { patch: 2, tokens: "sites" },
        coarsest: 1,
        refiner: { ...tinyForecasterConfig.refiner, kind: "transformer", networks: 1 },
      },
    })
    const states = initialStates(trained, two)
    const [fields] = await all(rollout(trained, { starts: [states.at(hours[350]!)], members: [0, 1], leads: 1, seed: 0 }))
    expect(fields!.length).toBe(2 * 2 * 80)
    expect(fields!.every((value) => value > 950 && value < 1050)).toBe(true)
    trained.dispose()
  })
})

test("calibration tries temperatures and keeps the best", async () => {
  const { before, after, trials } = await calibrateForecaster(model, {
    series,
    period: { from: hours[300]!, to: hours[399]! + 1 },
    leads: 2,
    starts: 10,
    members: 4,
    candidates: [1, 1.5],
    seed: 0,
  })
  expect(after.objective).toBeLessThanOrEqual(before.objective)
  expect(before.temperatures).toEqual([1, 1, 1])
  expect(trials).toBeGreaterThan(3)
})

test("a checkpoint gives the same forecasts on every backend", async () => {
  const place = path.join(folder, "model")
  await saveForecaster(place, model, { metadata: { seed: 0 } })
  const forecast = async (): Promise<Float32Array> => {
    const loaded = await loadForecaster(place)
    expect(loaded.metadata).toEqual({ seed: 0 })
    const [fields] = await all(
      rollout(loaded, { starts: [initialStates(loaded, series).at(hours[350]!)], members: [0], leads: 1, seed: 0 }),
    )
    loaded.dispose()
    return fields!
  }
  const expected = await forecast()
  for (const prefer of await testBackends()) {
    await selectBackend({ prefer })
    const fields = await forecast()
    for (const [cell, value] of fields.entries()) expect(value).toBeCloseTo(expected[cell]!, 2)
  }
  await selectBackend()
})

async function collect(
  events: ReturnType<typeof trainForecaster>,
  watch: (event: ForecasterTrainingEvent) => unknown,
): Promise<Forecaster> {
  let next = await events.next()
  for (; !next.done; next = await events.next()) watch(next.value)
  return next.value.model
}
