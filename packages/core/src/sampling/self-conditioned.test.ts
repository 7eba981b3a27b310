import { tf } from "@scalewise/nn"
import { expect, test } from "vitest"
import { gaussian, isGaussian } from "../distribution/gaussian.ts"
import type { BackwardProcess } from "../process/backward-process.ts"
import { refine } from "../process/refine.ts"
import { guided } from "./guided.ts"
import { selfConditioned, type SelfCondition } from "./self-conditioned.ts"

/** Its mean is 10 times its last estimate plus the condition: the estimates spell the steps. */
const process: BackwardProcess<tf.Tensor, tf.Tensor, SelfCondition<number, tf.Tensor>, tf.Tensor> = {
  steps: 3,
  start: (batch) => tf.zeros([batch, 1]),
  predict: (_, __, { condition, estimate }) => gaussian({ mean: estimate.mul(10).add(condition) }),
  advance: (_, __, draw) => draw,
  readout: (state) => state,
}
const wrapped = selfConditioned(process, {
  initial: (batch, _condition: number) => tf.zeros([batch, 1]),
  estimate: (prediction) => (isGaussian(prediction) ? prediction.mean.clone() : tf.zeros([1, 1])),
})

test("each step is given the estimate of the step before, which is not what was drawn", async () => {
  const before = tf.memory().numTensors
  const estimates: number[] = []
  for await (const { state } of refine(wrapped, { batch: 2, condition: 7, seed: 1 })) {
    estimates.push(state.estimate.dataSync()[1]!)
    expect(state.state.dataSync()[1]).not.toBe(state.estimate.dataSync()[1])
  }
  expect(estimates).toEqual([7, 77, 777])
  expect(tf.memory().numTensors).toBe(before)
})

test("under guidance each branch keeps its own estimate", async () => {
  const estimates: number[][] = []
  for await (const { state } of refine(guided(wrapped, { scale: 2, unconditional: () => 1 }), { batch: 1, condition: 2 }))
    estimates.push([state.conditional.estimate.dataSync()[0]!, state.unconditional.estimate.dataSync()[0]!])
  expect(estimates).toEqual([
    [2, 1],
    [22, 11],
    [222, 111],
  ])
})
