import { randomStream, tf } from "@scalewise/nn"
import { describe, expect, test } from "vitest"
import { categorical } from "../distribution/categorical.ts"
import { gaussian, type Gaussian } from "../distribution/gaussian.ts"
import { twoScaleOutcomes, twoScaleProbability, twoScaleProcess, twoScaleReadout } from "../testing/two-scale-pyramid.ts"
import type { BackwardProcess } from "./backward-process.ts"
import { collaborate } from "../sampling/collaborate.ts"
import { guided } from "../sampling/guided.ts"
import { rejecting } from "../sampling/rejecting.ts"
import { tempered } from "../sampling/tempered.ts"
import { refine, sample } from "./refine.ts"

const condition = { label: 0 }

async function tokensOf(batch: number | number[], seed: number | string = 1): Promise<number[][]> {
  let tokens: number[][] = []
  for await (const { state } of refine(twoScaleProcess, { batch, condition, seed })) tokens = state.tokens.arraySync() as number[][]
  return tokens
}

describe("refine", () => {
  test("draws a two-scale pyramid with its exact probabilities", async () => {
    const count = 6000
    const tokens = await tokensOf(count)
    for (const outcome of twoScaleOutcomes) {
      const p = twoScaleProbability(outcome)
      const share = tokens.filter((row) => row.every((token, i) => token === outcome[i])).length / count
      expect(Math.abs(share - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / count))
    }
  })

  test("yields every step with what it cost", async () => {
    const process = { ...twoScaleProcess, networkCalls: (step: number) => step * 10 }
    const seen: number[][] = []
    for await (const { step, state, networkCalls } of refine(process, { batch: 2, condition }))
      seen.push([step, networkCalls, state.tokens.shape[1]!])
    expect(seen).toEqual([
      [1, 10, 1],
      [2, 30, 3],
    ])
    const plain: number[] = []
    for await (const { networkCalls } of refine(twoScaleProcess, { batch: 1, condition })) plain.push(networkCalls)
    expect(plain).toEqual([1, 2])
  })

  test("a sample does not depend on the size or the order of its batch", async () => {
    const six = await tokensOf(40, "x")
    const ids = [17, 3, 39, 0]
    expect(await tokensOf(ids, "x")).toEqual(ids.map((id) => six[id]))
    for (const id of ids) expect(await tokensOf([id], "x")).toEqual([six[id]])
    expect(await tokensOf(40, "y")).not.toEqual(six)
    const stream: number[][] = []
    for await (const { step, state } of refine(twoScaleProcess, { batch: 40, condition, seed: randomStream("x") }))
      if (step === 2) stream.push(...(state.tokens.arraySync() as number[][]))
    expect(stream).toEqual(six)
  })

  test("greedy takes the mode of every step", async () => {
    const modeOf = (candidates: readonly (readonly [number, number, number])[]) =>
      candidates.reduce((best, next) => (twoScaleProbability(next) > twoScaleProbability(best) ? next : best))
    const output = await sample(twoScaleProcess, { batch: 3, condition, greedy: true })
    const coarse = 2 // the greatest coarse logit
    const expected = twoScaleReadout(modeOf(twoScaleOutcomes.filter(([a]) => a === coarse)))
    for (const row of output.arraySync() as number[][]) for (const site of [0, 1]) expect(row[site]).toBeCloseTo(expected[site]!, 6)
  })

  test("releases its tensors at the end, when left and when stopped; a sample outlives the loop", async () => {
    const before = tf.memory().numTensors
    const perStep: number[] = []
    for await (const { step } of refine(twoScaleProcess, { batch: 5, condition })) perStep[step] = tf.memory().numTensors - before
    expect(perStep.slice(1)).toEqual([2, 2])
    expect(tf.memory().numTensors).toBe(before)

    for await (const { step } of refine(twoScaleProcess, { batch: 5, condition })) if (step === 1) break
    expect(tf.memory().numTensors).toBe(before)

    const controller = new AbortController()
    const run = async (): Promise<void> => {
      for await (const { step } of refine(twoScaleProcess, { batch: 5, condition, signal: controller.signal })) {
        expect(step).toBe(1)
        controller.abort(new Error("enough"))
      }
    }
    await expect(run()).rejects.toThrow("enough")
    expect(tf.memory().numTensors).toBe(before)

    const output = await sample(twoScaleProcess, { batch: 5, condition })
    expect(tf.memory().numTensors).toBe(before + 1)
    expect(output.shape).toEqual([5, 2])
    output.dispose()
  })

  test("a condition's tensors stay the caller's, even where the state holds them", async () => {
    const process: BackwardProcess<
      { first: tf.Tensor; now: tf.Tensor },
      tf.Tensor,
      { first: tf.Tensor },
      { now: tf.Tensor; first: tf.Tensor }
    > = {
      steps: 2,
      start: (_, { first }) => ({ first, now: first }),
      predict: ({ now }) => gaussian({ mean: now, logVariance: -2 }),
      advance: ({ first }, _, draw) => ({ first, now: draw }),
      readout: (state) => state,
    }
    const first = tf.zeros([3, 2])
    const before = tf.memory().numTensors
    const output = await sample(process, { batch: 3, condition: { first } })
    expect(first.isDisposed).toBe(false)
    expect(output.now.arraySync()).not.toEqual(first.arraySync())
    expect(tf.memory().numTensors).toBe(before + 2)
    output.first.dispose()
    expect((first.arraySync() as number[][])[0]).toEqual([0, 0])
  })

  test("one step of one site of one entry, batch 1", async () => {
    const process: BackwardProcess<tf.Tensor, tf.Tensor, undefined, tf.Tensor> = {
      steps: 1,
      start: (batch) => tf.zeros([batch, 1]),
      predict: (state) => categorical(state.expandDims(-1)), // [B, 1, 1]
      advance: (_, __, draw) => draw,
      readout: (state) => state,
    }
    expect((await sample(process, { batch: 1, condition: undefined })).arraySync()).toEqual([[0]])
  })

  test("gives the prediction back to advance", async () => {
    const process: BackwardProcess<tf.Tensor, tf.Tensor, undefined, tf.Tensor> = {
      steps: 3,
      start: (batch) => tf.ones([batch, 1]),
      predict: (state) => ({ ...gaussian({ mean: state }), cache: state.mul(2) }),
      advance: (_state, _step, _draw, prediction?: Gaussian & { cache: tf.Tensor }) => prediction!.cache,
      readout: (state) => state,
    }
    expect((await sample(process, { batch: 2, condition: undefined })).arraySync()).toEqual([[8], [8]])
  })

  test("an empty or negative batch is refused", async () => {
    for (const batch of [0, [], [-1], [0.5]])
      await expect(sample(twoScaleProcess, { batch, condition })).rejects.toThrow("at least one sample")
  })

  test("ends early where the process says that it has finished, also inside wrappers", async () => {
    const process: BackwardProcess<tf.Tensor, tf.Tensor, undefined, tf.Tensor> = {
      steps: 9,
      finished: (state) => state.dataSync()[0]! >= 3,
      unconditional: (condition) => condition,
      start: (batch) => tf.zeros([batch, 1]),
      predict: (state) => categorical(tf.zeros([state.shape[0], 1, 1])),
      advance: (state) => state.add(1),
      readout: (state) => state,
    }
    for (const [wrapped, calls] of [
      [process, 3],
      [tempered(process, { temperature: 0.5 }), 3],
      [guided(process, { scale: 2 }), 6],
      [rejecting(process, { attempts: 2, score: (output) => output.sum(1) }), 6],
      [collaborate(process, process, 2), 3],
    ] as const) {
      const output = await sample(wrapped as BackwardProcess<unknown, unknown, undefined, tf.Tensor>, { batch: 2, condition: undefined })
      expect(output.arraySync()).toEqual([[3], [3]])
      let last = 0
      for await (const { networkCalls } of refine(wrapped as BackwardProcess<unknown, unknown>, { batch: 2, condition: undefined }))
        last = networkCalls
      expect(last).toBe(calls)
    }
  })
})
