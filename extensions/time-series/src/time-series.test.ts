import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { runVerb } from "@scalewise/cli/testing"
import { refine, sample, tokenLogLikelihood } from "@scalewise/core"
import { checkBackwardProcess } from "@scalewise/core/testing"
import { randomStream, selectBackend, tf } from "@scalewise/nn"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import {
  autocorrelation,
  fitSeriesPyramid,
  generatedSeries,
  independentSeries,
  seriesDistance,
  seriesForward,
  trainSeriesModel,
  type SeriesModel,
} from "./index.ts"
import { contribution, decoded, detail, pooled, spread } from "./series-pyramid.ts"
import { seriesVerb } from "./series-verb.ts"

let series: tf.Tensor
let model: SeriesModel
let folder = ""
beforeAll(async () => {
  await selectBackend()
  series = generatedSeries({ count: 1024, seed: "train" })
  model = await trainSeriesModel(series, { steps: 250, random: randomStream(0) })
  folder = await mkdtemp(path.join(tmpdir(), "series-"))
}, 120_000)
afterAll(async () => {
  model.dispose()
  series.dispose()
  await rm(folder, { recursive: true })
})

describe("the pyramid", () => {
  it("pools by means of neighbours; halves differ by their details, which add up to the series", () => {
    const four = tf.tensor2d([[1, 3, 5, 9]])
    expect(pooled(four, 2).arraySync()).toEqual([[2, 7]])
    expect(spread(tf.tensor2d([[2, 7]]), 4).arraySync()).toEqual([[2, 2, 7, 7]])
    expect(detail(four, tf.zeros([1, 4]), 1).arraySync()).toEqual([[4.5]])
    expect(detail(four, tf.zeros([1, 4]), 2).arraySync()).toEqual([[-2.5]])
    expect(detail(four, tf.zeros([1, 4]), 3).arraySync()).toEqual([[-1, -2]])
    expect(contribution(tf.tensor2d([[-1, -2]]), 3, 4).arraySync()).toEqual([[-1, 1, -2, 2]])
  })

  it("tokens bring the series nearer at every scale", () => {
    const { pyramid } = model
    const targets = seriesForward(pyramid).targets(series, randomStream(0))
    expect(targets.map(({ shape }) => shape[1])).toEqual([1, 1, 2, 4, 8, 16])
    let sum: tf.Tensor = tf.zerosLike(series)
    const errors = targets.map((tokens, index) => {
      sum = sum.add(decoded(pyramid, tokens, index + 1))
      return series.sub(sum).square().mean().dataSync()[0]!
    })
    for (const [index, error] of errors.slice(1).entries()) expect(error).toBeLessThan(errors[index]!)
    expect(errors.at(-1)! / errors[0]!).toBeLessThan(0.02) // 16 codes a step
  })

  it("refuses a length that cannot be halved", async () => {
    await expect(fitSeriesPyramid(tf.zeros([5, 12]), { codes: 4, random: randomStream(0) })).rejects.toThrow("2, 4, 8, ... values, got 12")
  })
})

describe("the model", () => {
  it("keeps the promises of a process", () => checkBackwardProcess(model.process, { condition: () => undefined }))

  it("has learned: likelier than before, likelier than series that are not of its kind", () => {
    expect(model.nats.last).toBeLessThan(0.75 * model.nats.first)
    const unseen = generatedSeries({ count: 200, seed: "unseen" })
    const backwards = tf.tidy(() => unseen.mul(0.5).add(1.5))
    const nats = [unseen, backwards].map((set) => {
      const targets = seriesForward(model.pyramid).targets(set, randomStream(0))
      return tf.tidy(() => tokenLogLikelihood(model.process, targets, { condition: undefined }).nats.mean().dataSync()[0]!)
    })
    expect(nats[0]).toBeGreaterThan(nats[1]!)
  })

  it("draws series like the real ones: far nearer than independent values", async () => {
    const test = generatedSeries({ count: 512, seed: "test" })
    const drawn = await sample(model.process, { batch: 512, condition: undefined, seed: 3 })
    const [own, naive] = [await seriesDistance(drawn, test), await seriesDistance(await independentSeries(series), test)]
    expect(own.autocorrelation).toBeLessThan(0.4 * naive.autocorrelation)
    expect(own.means).toBeLessThan(0.5 * naive.means)
  })

  it("is refined from a level on: no step changes the means that the steps before it have set", async () => {
    const means: number[][] = []
    let last: tf.Tensor | undefined
    for await (const { step, state } of refine(model.process, { batch: 5, condition: undefined, seed: 1 })) {
      means.push(Array.from(tf.tidy(() => pooled(state, 2 ** (step - 1)).dataSync())))
      if (step === model.process.steps) last = state.clone()
    }
    for (const [index, values] of means.entries()) {
      const final = tf.tidy(() => pooled(last!, 2 ** index).dataSync())
      for (const [at, value] of values.entries()) expect(final[at]).toBeCloseTo(value, 4)
    }
  })
})

describe("scores", () => {
  it("of a pure wave are its cosine; of a set against itself are nothing", async () => {
    const waves = tf.tidy(() => tf.sin(tf.range(0, 64).mul(Math.PI / 4)).reshape([1, 64]))
    const values = await autocorrelation(waves)
    for (const lag of [1, 2, 4, 8]) expect(values[lag - 1]).toBeCloseTo(Math.cos((lag * Math.PI) / 4), 1)
    expect(await seriesDistance(series, series)).toEqual({ autocorrelation: 0, values: 0, means: 0 })
  })

  it("know a shift: the Wasserstein distance is its size", async () => {
    const shifted = tf.tidy(() => series.add(0.25))
    const { values, means } = await seriesDistance(shifted, series)
    expect(values).toBeCloseTo(0.25, 4)
    expect(means).toBeCloseTo(0.25, 4)
  })
})

it("the verb trains, draws, scores and writes", async () => {
  const argv = ["--train", "256", "--steps", "20", "--count", "64", "--out", folder, "--json", "--quiet"]
  const { status, out, err } = await runVerb(seriesVerb, argv, { name: "scalewise-image", domain: "image" })
  expect([status, err]).toEqual([0, ""])
  const { scores } = JSON.parse(out) as { scores: Record<string, unknown> }
  expect(Object.keys(scores)).toEqual(["model", "other real series", "independent values"])
  const page = await readFile(path.join(folder, "report.html"), "utf8")
  expect(page).toContain("Distance from unseen series")
  const drawn = JSON.parse(await readFile(path.join(folder, "series.json"), "utf8")) as number[][]
  expect([drawn.length, drawn[0]!.length]).toEqual([64, 32])
})
