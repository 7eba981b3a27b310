import { tf } from "@scalewise/nn"
import { expect, test } from "vitest"
import { gaussian } from "../distribution/gaussian.ts"
import type { BackwardProcess } from "../process/backward-process.ts"
import { refine, sample } from "../process/refine.ts"
import { collaborate } from "./collaborate.ts"
import { tempered } from "./tempered.ts"
import { twoScaleProcess } from "../testing/two-scale-pyramid.ts"

/** Adds what it draws, around `mean`, to a state that it keeps in a record of its own. */
const walker = (mean: number, steps = 3): BackwardProcess<{ at: tf.Tensor }, tf.Tensor, undefined, tf.Tensor> => ({
  steps,
  networkCalls: () => Math.abs(mean),
  start: (batch) => ({ at: tf.zeros([batch, 1]) }),
  predict: ({ at }) => gaussian({ mean: at.add(mean), logVariance: -20 }),
  advance: (_, __, draw) => ({ at: draw }),
  readout: ({ at }) => at,
})
const options = { batch: 2, condition: undefined, seed: 1 }

test("the drafter takes the steps up to the switch, the refiner the rest", async () => {
  for (const switchStep of [0, 1, 2, 3]) {
    const seen: number[] = []
    for await (const { state, networkCalls } of refine(collaborate(walker(1), walker(10), switchStep), options))
      seen.push(Math.round(state.state.at.dataSync()[0]!), networkCalls)
    const expected = [1, 2, 3].flatMap((step) => {
      const at = Math.min(step, switchStep) + 10 * Math.max(0, step - switchStep)
      return [at, at]
    })
    expect(seen).toEqual(expected)
  }
})

test("at K it is the drafter, at 0 the refiner, draw by draw; a short drafter will do", async () => {
  const greedy = tempered(twoScaleProcess, { topK: 1 })
  const both = { batch: 20, condition: { label: 0 }, seed: 4 }
  const run = async (process: BackwardProcess<never, tf.Tensor, { label: number }, tf.Tensor>) => (await sample(process, both)).arraySync()
  expect(await run(collaborate(twoScaleProcess, greedy, 2) as never)).toEqual(await run(twoScaleProcess as never))
  expect(await run(collaborate(twoScaleProcess, greedy, 0) as never)).toEqual(await run(greedy as never))
  const output = await sample(collaborate(walker(1, 1), walker(10), 1), options)
  expect(output.dataSync()[0]).toBeCloseTo(21, 2)
})

test("a hand-over translates the state, and nothing leaks", async () => {
  const refiner: BackwardProcess<tf.Tensor, tf.Tensor, undefined, tf.Tensor> = {
    steps: 3,
    start: (batch) => tf.zeros([batch, 1]),
    predict: (state) => gaussian({ mean: state, logVariance: -20 }),
    advance: (_, __, draw) => draw,
    readout: (state) => state,
  }
  const before = tf.memory().numTensors
  const output = await sample(collaborate(walker(1), refiner, 2, { handOver: ({ at }) => at.mul(100) }), options)
  expect(Math.round(output.dataSync()[0]!)).toBe(200)
  expect(tf.memory().numTensors).toBe(before + 1)
})

test("a switch outside the steps of either is refused", () => {
  for (const switchStep of [-1, 2.5, 4]) expect(() => collaborate(walker(1), walker(1), switchStep)).toThrow("switch after step 0 to 3")
  expect(() => collaborate(walker(1, 1), walker(1), 2)).toThrow("0 to 1")
})
