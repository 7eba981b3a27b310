import { mkdtemp, rm } from "node:fs/promises"
import os from "node:os"
import path from "node:path"
import { refine } from "@scalewise/core"
import { checkBackwardProcess } from "@scalewise/core/testing"
import { ConfigError, randomStream, selectBackend, tensorsIn, tf } from "@scalewise/nn"
import { afterAll, beforeAll, expect, test } from "vitest"
import { climatologyDistance } from "../testing/climatology-distance.ts"
import { tinyForecaster, tinyForecasterConfig } from "../testing/tiny-forecaster.ts"
import { tinySeries } from "../testing/tiny-series.ts"
import { calibrateForecaster, ensembleQuality } from "./calibrate.ts"
import { forecaster, loadForecaster, saveForecaster } from "./forecaster.ts"
import type { ForecasterTrainingConfig, TrainedForecaster } from "./train-forecaster.ts"
import { initialStates } from "./initial-states.ts"
import { modelForecasts } from "./model-forecasts.ts"
import { refinementFilm } from "./refinement-film.ts"
import { rollout } from "./rollout.ts"

const series = tinySeries()
const { hours } = series.time
const config: ForecasterTrainingConfig = {
  ...tinyForecasterConfig,
  augmentation: { copies: 3, size: 0.7 }, // one regression of noise needs more steps than codes do
  law: "diffusion",
  coarsest: 0,
  samplerSteps: 8,
}
const start = hours[350]!
let folder: string
let trained: TrainedForecaster

beforeAll(async () => {
  await selectBackend()
  folder = await mkdtemp(path.join(os.tmpdir(), "diffusion-"))
  trained = await tinyForecaster({ series, config })
})
afterAll(async () => {
  trained.model.dispose()
  await rm(folder, { recursive: true, force: true })
})

const condition = (ids: readonly number[]) => {
  const rows = (name: string) => tf.stack(ids.map((id) => randomStream(5).fold(name).fold(id).normal([8, 10, 1])))
  return {
    current: rows("current"),
    previous: rows("previous"),
    calendar: tf.stack(ids.map((id) => tf.tensor1d([1, 0, Math.cos(id), Math.sin(id)]))),
  }
}

const firstLead = async (model: TrainedForecaster["model"], members: readonly number[], seed = 4): Promise<Float32Array> => {
  const states = initialStates(model, series)
  for await (const { fields } of rollout(model, { starts: [states.at(start)], members, leads: 1, seed })) return fields
  throw new Error("unreachable: one lead was asked for")
}

test("training is that of one scale without codes, its steps captured where they can be", () => {
  const { scales, summary, mode } = trained
  expect(summary.grids).toEqual([[8, 10]])
  expect(summary.unigramNats).toEqual([])
  expect(summary.quantisationError[0]!).toBeLessThan(1e-4)
  expect(scales).toEqual([{ nats: expect.any(Number), epoch: expect.any(Number) }])
  expect(mode).toBe(tf.getBackend() === "tensorflow" ? "captured" : "eager")
})

test("is a backward process of as many network calls as levels, whose noise is each sample's own", async () => {
  const process = trained.model.process()
  expect(process.steps).toBe(8)
  await checkBackwardProcess(process, { condition })
})

test("members stand alone, differ, and beat the climatology that their training years give", async () => {
  const { model } = trained
  const together = await firstLead(model, [0, 1, 2, 3])
  const alone = await firstLead(model, [2])
  for (const [cell, value] of alone.entries()) expect(value).toBeCloseTo(together[2 * 80 + cell]!, 2)
  expect(together.subarray(0, 80)).not.toEqual(together.subarray(80, 160))
  expect(await firstLead(model, [2], 5)).not.toEqual(alone)

  const starts = Array.from({ length: 40 }, (_, i) => hours[310 + i]!)
  const source = modelForecasts(model, initialStates(model, series), { starts, leads: 1, members: 20, seed: 0 })
  const { crps, spreadSkill } = await ensembleQuality(source, series)
  expect(crps[0]![0]!).toBeLessThan(0.6 * climatologyDistance(series, starts, 300)) // of a Gaussian, the CRPS is about 0.7 of the mean distance
  expect(spreadSkill[0]![0]!).toBeGreaterThan(0.7)
  expect(spreadSkill[0]![0]!).toBeLessThan(1.3)
})

test("a checkpoint is of the same kind as others, and takes another number of sampler steps", async () => {
  const { model } = trained
  const place = path.join(folder, "model")
  await saveForecaster(place, model)
  const loaded = await loadForecaster(place)
  expect(loaded.config.samplerSteps).toBe(8)
  expect(await firstLead(loaded, [0])).toEqual(await firstLead(model, [0]))
  const finer = forecaster({ ...loaded, config: { ...loaded.config, samplerSteps: 30 } })
  expect(finer.process().steps).toBe(30)
  const [few, many] = [await firstLead(loaded, [0]), await firstLead(finer, [0])]
  expect(few).not.toEqual(many)
  for (const [cell, value] of many.entries()) expect(Math.abs(value - few[cell]!)).toBeLessThan(2) // the same noise, solved more closely
  expect(() => forecaster({ ...loaded, config: { ...loaded.config, samplerSteps: 5000 } }).process()).toThrow(ConfigError)
  loaded.dispose()
})

test("is not calibrated: it has no temperatures", async () => {
  const period = { from: hours[300]!, to: hours[399]! }
  await expect(calibrateForecaster(trained.model, { series, period, seed: 0 })).rejects.toThrow(
    /law "diffusion", which has no temperatures/,
  )
})

test("a film shows a frame for each level, the last of them the forecast; no tensor is left over", async () => {
  const { model } = trained
  const film = async () => {
    const frames: Float32Array[] = []
    const begin = initialStates(model, series).at(start)
    for await (const { fields, wavelengthKm } of refinementFilm(model, { start: begin, member: 0, seed: 4 })) {
      expect(wavelengthKm).toBeGreaterThan(0)
      frames.push(fields)
    }
    return frames
  }
  const frames = await film()
  expect(frames).toHaveLength(8)
  const last = await firstLead(model, [0])
  for (const [cell, value] of frames.at(-1)!.entries()) expect(value).toBeCloseTo(last[cell]!, 3)
  const before = tf.memory().numTensors
  await film()
  await firstLead(model, [0])
  expect(tf.memory().numTensors).toBe(before)
})

test("with several scales it is a cascade: each takes noise given what coarser ones drew", async () => {
  const { model, scales } = await tinyForecaster({
    series: tinySeries({ variables: 2 }),
    config: { ...config, coarsest: 2, samplerSteps: 3, training: { ...config.training, epochs: 2 } },
  })
  expect(scales).toHaveLength(3)
  const process = model.process()
  expect(process.steps).toBe(9)
  const given = condition([0, 1])
  const twice = {
    ...given,
    current: tf.concat([given.current, given.current], 3),
    previous: tf.concat([given.previous, given.previous], 3),
  }
  const grids: (number[] | undefined)[] = []
  for await (const { state } of refine(process, { batch: 2, condition: twice })) grids.push(state.partial?.shape.slice(1, 3))
  expect(grids).toEqual([undefined, undefined, [2, 2], [2, 2], [2, 2], [4, 5], [4, 5], [4, 5], [8, 10]])
  tf.dispose([...tensorsIn([given, twice])])
  model.dispose()
})
