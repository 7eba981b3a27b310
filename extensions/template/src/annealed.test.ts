import { categorical, refine, type BackwardProcess } from "@scalewise/core"
import { selectBackend, tf } from "@scalewise/nn"
import { beforeAll, expect, it } from "vitest"
import { annealed, plugin } from "./index.ts"

beforeAll(() => selectBackend())

/** Three steps; each draws one of two tokens, the first with probability 0.9, and the state collects them. */
const coin: BackwardProcess<tf.Tensor, tf.Tensor> = {
  steps: 3,
  start: (batch) => tf.zeros([batch, 0], "int32"),
  predict: (state) => categorical(tf.tile(tf.log(tf.tensor([[[0.9, 0.1]]])), [state.shape[0], 1, 1])),
  advance: (state, _step, draw) => tf.concat([state, draw], 1),
  readout: (state) => state,
}

async function shareOfUnlikely(process: BackwardProcess<tf.Tensor, tf.Tensor>): Promise<number[]> {
  for await (const { step, state } of refine(process, { batch: 4000, condition: undefined, seed: 1 }))
    if (step === 3) return tf.tidy(() => [...tf.mean(tf.cast(state, "float32"), 0).dataSync()])
  throw new Error("no last step")
}

it("draws boldly first and carefully last", async () => {
  const [first, , last] = await shareOfUnlikely(annealed(coin, { from: 2, to: 0.5 }))
  expect(first).toBeCloseTo(1 / (1 + 9 ** (1 / 2)), 1) // p^(1/2), normalised: 0.25
  expect(last).toBeCloseTo(1 / (1 + 9 ** 2), 1) // p^2, normalised: 0.012
  expect(first! - last!).toBeGreaterThan(0.2)
})

it("with equal ends is the process itself at that temperature", async () => {
  expect(await shareOfUnlikely(annealed(coin, { from: 1, to: 1 }))).toEqual(await shareOfUnlikely(coin))
})

it("refuses a temperature of zero", () => {
  expect(() => annealed(coin, { to: 0 })).toThrow(/above 0, got 1.3 and 0/)
})

it("is a plugin whose flags reach the wrapper", async () => {
  const { wrap } = plugin.hooks!["image.sampling"] as unknown as { wrap(process: typeof coin, context: unknown): typeof coin }
  const own = await shareOfUnlikely(wrap(coin, { options: { annealFrom: 2, annealTo: 0.5 } }))
  expect(own).toEqual(await shareOfUnlikely(annealed(coin, { from: 2, to: 0.5 })))
})
