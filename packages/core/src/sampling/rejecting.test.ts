import { randomStream, tf } from "@scalewise/nn"
import { expect, test } from "vitest"
import { gaussian } from "../distribution/gaussian.ts"
import type { BackwardProcess } from "../process/backward-process.ts"
import { refine, sample } from "../process/refine.ts"
import { guided } from "./guided.ts"
import { rejecting } from "./rejecting.ts"
import { tempered } from "./tempered.ts"
import { checkBackwardProcess } from "../testing/check-backward-process.ts"
import { twoScaleProcess } from "../testing/two-scale-pyramid.ts"

const process: BackwardProcess<tf.Tensor, tf.Tensor, undefined, tf.Tensor> = {
  steps: 2,
  start: (batch) => tf.zeros([batch, 2]),
  predict: (state) => gaussian({ mean: state }),
  advance: (_, __, draw) => draw,
  readout: (state) => state,
}
const score = (output: tf.Tensor): tf.Tensor => output.sum(1)
const options = { batch: 12, condition: undefined, seed: 5 }

/** What attempt `attempt` alone ends in, from the streams that the documentation names. */
function attemptAlone(attempt: number): number[][] {
  const samples = randomStream(5).samples(Array.from({ length: 12 }, (_, id) => id))
  let state: tf.Tensor = tf.zeros([12, 2])
  for (const step of [1, 2]) state = state.add(samples.fold("step").fold(step).fold("attempt").fold(attempt).normal([12, 2]))
  return state.arraySync() as number[][]
}
const total = (row: number[]): number => row[0]! + row[1]!

test("reads out the best attempt of each sample", async () => {
  const output = (await sample(rejecting(process, { attempts: 4, score }), options)).arraySync() as number[][]
  const attempts = [0, 1, 2, 3].map(attemptAlone)
  for (const [b, row] of output.entries()) {
    const best = attempts.map((attempt) => attempt[b]!).reduce((a, c) => (total(c) > total(a) ? c : a))
    for (const i of [0, 1]) expect(row[i]).toBeCloseTo(best[i]!, 5)
  }
})

test("with a threshold the first attempt that reaches it is taken, else the best", async () => {
  const accept = 0.5
  const output = (await sample(rejecting(process, { attempts: 3, score, accept }), options)).arraySync() as number[][]
  const attempts = [0, 1, 2].map(attemptAlone)
  const kinds = new Set<string>()
  for (const [b, row] of output.entries()) {
    const candidates = attempts.map((attempt) => attempt[b]!)
    const first = candidates.find((candidate) => total(candidate) >= accept)
    kinds.add(first === undefined ? "none" : first === candidates[0] ? "first" : "later")
    const expected = first ?? candidates.reduce((a, c) => (total(c) > total(a) ? c : a))
    for (const i of [0, 1]) expect(row[i]).toBeCloseTo(expected[i]!, 5)
  }
  expect(kinds.size).toBe(3) // every case occurred
})

test("the score knows what a sample was drawn for", async () => {
  const signed: BackwardProcess<tf.Tensor, tf.Tensor, { sign: tf.Tensor }, tf.Tensor> = process as never
  const towards = rejecting(signed, { attempts: 4, score: (output, { sign }) => output.sum(1).mul(sign) })
  const condition = { sign: tf.tensor1d([1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1]) }
  const output = (await sample(towards, { ...options, condition })).arraySync() as number[][]
  const attempts = [0, 1, 2, 3].map(attemptAlone)
  for (const [b, row] of output.entries()) {
    const totals = attempts.map((attempt) => total(attempt[b]!))
    expect(total(row)).toBeCloseTo(b < 6 ? Math.max(...totals) : Math.min(...totals), 5)
  }
  expect(condition.sign.isDisposed).toBe(false)
})

test("costs as many calls as attempts, and keeps the promises of a process", async () => {
  let calls = 0
  for await (const { networkCalls } of refine(rejecting(process, { attempts: 3, score }), options)) calls = networkCalls
  expect(calls).toBe(6)
  await checkBackwardProcess(rejecting(process, { attempts: 3, score }), { condition: () => options.condition })
  expect(() => rejecting(process, { attempts: 0, score })).toThrow("at least 1 attempt")
})

test("stacks with guidance and temperature on either side", async () => {
  const condition = { label: 0.4 }
  const inside = rejecting(tempered(guided(twoScaleProcess, { scale: 2 }), { topK: 2 }), { attempts: 2, score })
  const outside = tempered(guided(rejecting(twoScaleProcess, { attempts: 2, score }), { scale: 2 }), { topK: 2 })
  const run = { batch: 10, condition, seed: 3 }
  expect((await sample(inside, run)).arraySync()).toEqual((await sample(outside, run)).arraySync())
})
