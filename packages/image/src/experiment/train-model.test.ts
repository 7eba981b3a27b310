import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { disposeParameters, flattenParameters, randomStream, residentDataset, selectBackend, tf } from "@scalewise/nn"
import { afterEach, beforeAll, beforeEach, expect, it } from "vitest"
import { trainModel, type TrainedModel } from "./train-model.ts"

beforeAll(() => selectBackend())

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "scalewise-train-"))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

type Weights = { w: tf.Tensor }
const random = randomStream("train-model")

/** Six epochs of eight steps on a small linear regression; `stopAt` aborts after that step. */
async function run(options: { folder?: string; stopAt?: number } = {}): Promise<TrainedModel<Weights, number> | undefined> {
  const controller = new AbortController()
  const values = random.fold("data").normalValues([64, 5])
  const parameters = { w: random.fold("start").normal([5, 1]) }
  const training = trainModel<Weights, number>({
    loss: ({ w }, { x }) => tf.mean(tf.square(tf.sub(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), 1))),
    parameters,
    dataset: residentDataset({ x: { values, shape: [5] } }),
    epochs: 6,
    batch: 8,
    rate: 0.05,
    weightDecay: 0,
    random: random.fold("training"),
    evaluationsPerEpoch: 2,
    evaluate: ({ w }) => tf.tidy(() => tf.sum(tf.square(w)).dataSync()[0]!),
    afterEpoch: async (epoch, { w }) => (epoch % 2 === 1 ? tf.tidy(() => tf.sum(w).dataSync()[0]!) : undefined),
    settings: { clock: () => 0, signal: controller.signal, ...(options.folder && { folder: options.folder }) },
  })
  try {
    for (;;) {
      const next = await training.next()
      if (next.done) return next.value
      if (options.stopAt !== undefined && next.value.step >= options.stopAt) controller.abort()
    }
  } catch (error) {
    if (controller.signal.aborted) return undefined
    throw error
  } finally {
    disposeParameters(parameters)
  }
}

const plain = ({ parameters, ...rest }: TrainedModel<Weights, number>) => {
  const { seconds: _, ...measured } = rest
  const weights = [...flattenParameters(parameters)["w"]!.dataSync()]
  disposeParameters(parameters)
  return { ...measured, weights }
}

it("goes on where it was stopped: the same weights, curve, losses and notes to the bit", async () => {
  const whole = plain((await run())!)
  expect(whole.curve.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 12 }, (_, i) => (i + 1) / 2))
  expect(whole.notes.map(({ epoch }) => epoch)).toEqual([1, 3, 5])
  for (const stopAt of [1, 8, 21, 44]) {
    const place = path.join(folder, String(stopAt))
    expect(await run({ folder: place, stopAt })).toBeUndefined()
    expect(plain((await run({ folder: place }))!)).toEqual(whole)
  }
})

it("stopped twice, and taken up again when it was already complete", async () => {
  const whole = plain((await run())!)
  expect(await run({ folder, stopAt: 13 })).toBeUndefined()
  expect(await run({ folder, stopAt: 30 })).toBeUndefined()
  expect(plain((await run({ folder }))!)).toEqual(whole)
  expect(plain((await run({ folder }))!)).toEqual(whole)
})
