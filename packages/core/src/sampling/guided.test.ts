import { tf } from "@scalewise/nn"
import { describe, expect, test } from "vitest"
import { bitwise } from "../distribution/bitwise.ts"
import { isCategorical } from "../distribution/categorical.ts"
import { gaussian, isGaussian } from "../distribution/gaussian.ts"
import type { BackwardProcess } from "../process/backward-process.ts"
import { refine, sample } from "../process/refine.ts"
import { twoScaleProcess, type TwoScaleState } from "../testing/two-scale-pyramid.ts"
import { convertGuidance, type GuidanceConvention } from "./guidance-scale.ts"
import { guided, type GuidedOptions, type GuidedState } from "./guided.ts"

const condition = { label: 0.7 }

/** The logits of every step of a run. */
async function logitsOf<State>(process: BackwardProcess<State, tf.Tensor, { label: number }, tf.Tensor>): Promise<number[][]> {
  const all: number[][] = []
  const spied: typeof process = {
    ...process,
    predict(state, step, given) {
      const law = process.predict(state, step, given)
      if (isCategorical(law)) all.push(Array.from(law.logits.dataSync()))
      return law
    },
  }
  for await (const _ of refine(spied, { batch: 4, condition, seed: 3 })) void _
  return all
}

const scaled = (options: Omit<GuidedOptions<{ label: number }>, "scale"> & { scale: number | number[] }) =>
  logitsOf(guided(twoScaleProcess, options))

describe("guided", () => {
  test("at strength none (s = 1, t = 0, w = 0) it is the conditional process, logit by logit", async () => {
    const plain = await logitsOf(twoScaleProcess)
    expect(await scaled({ scale: 1 })).toEqual(plain)
    expect(await scaled({ scale: 0, convention: "var" })).toEqual(plain)
    expect(await scaled({ scale: [0, 0], convention: "ho-salimans" })).toEqual(plain)
  })

  test("where the condition is none already, no strength changes anything", async () => {
    const run = (process: BackwardProcess<GuidedState<TwoScaleState>, tf.Tensor, { label: number }, tf.Tensor>) =>
      sample(process, { batch: 6, condition: { label: 0 }, seed: 8 })
    const one = await run(guided(twoScaleProcess, { scale: 1 }))
    expect((await run(guided(twoScaleProcess, { scale: 7.3 }))).arraySync()).toEqual(one.arraySync())
  })

  test("moves the logits to u + s (c - u)", async () => {
    const [first] = await scaled({ scale: 3 })
    for (const [i, expected] of [0.2, -0.4, 0.5 + 3 * 0.7].entries()) expect(first![i]).toBeCloseTo(expected, 5)
  })

  test("a linear ramp leaves step 1 alone and reaches the full strength at step K: VAR's t = cfg (k - 1) / (K - 1)", async () => {
    const ramped = await scaled({ scale: 1.5, convention: "var", ramp: "linear" })
    expect(ramped).toEqual(await scaled({ scale: [1, 2.5] }))
    expect(ramped[0]).toEqual((await logitsOf(twoScaleProcess))[0])
  })

  test("a single step with a linear ramp is not guided", () => {
    const process: BackwardProcess<tf.Tensor, tf.Tensor, number, tf.Tensor> = {
      steps: 1,
      start: (batch) => tf.zeros([batch, 1]),
      predict: (state, _, mean) => gaussian({ mean: state.add(mean) }),
      advance: (_, __, draw) => draw,
      readout: (state) => state,
    }
    const meanWith = (options: Pick<GuidedOptions<number>, "ramp">): number => {
      const wrapped = guided(process, { scale: 4, unconditional: () => 1, ...options })
      const state = { conditional: tf.zeros([1, 1]), unconditional: tf.zeros([1, 1]) }
      const law = wrapped.predict(state, 1, 3)
      if (!isGaussian(law)) throw new Error("expected a Gaussian")
      return law.mean.dataSync()[0]!
    }
    expect(meanWith({ ramp: "linear" })).toBe(3)
    expect(meanWith({})).toBe(1 + 4 * (3 - 1))
  })

  test("acts on bits", () => {
    const law = bitwise(tf.tensor2d([[1, -1]])).guidedFrom!(bitwise(tf.tensor2d([[0, 0]])), 2.5) as ReturnType<typeof bitwise>
    expect(law.logits.arraySync()).toEqual([[2.5, -2.5]])
  })

  test("counts twice, keeps two states and releases both", async () => {
    const before = tf.memory().numTensors
    let calls = 0
    for await (const { networkCalls, state } of refine(guided(twoScaleProcess, { scale: 2 }), { batch: 2, condition })) {
      calls = networkCalls
      expect(state.unconditional.tokens.arraySync()).toEqual(state.conditional.tokens.arraySync())
    }
    expect(calls).toBe(4)
    expect(tf.memory().numTensors).toBe(before)
  })

  test("gives each branch its own prediction back", async () => {
    const process: BackwardProcess<tf.Tensor, tf.Tensor, number, tf.Tensor> = {
      steps: 2,
      start: (batch) => tf.zeros([batch, 1]),
      predict: (state, _, value) => ({ ...gaussian({ mean: state }), cache: tf.fill([state.shape[0], 1], value) }),
      advance: (state, _, __, prediction?: ReturnType<typeof gaussian> & { cache: tf.Tensor }) => state.add(prediction!.cache),
      readout: (state) => state,
    }
    const seen: number[][] = []
    for await (const { state } of refine(guided(process, { scale: 2, unconditional: () => -1 }), { batch: 1, condition: 5 }))
      seen.push([state.conditional.dataSync()[0]!, state.unconditional.dataSync()[0]!])
    expect(seen).toEqual([
      [5, -1],
      [10, -2],
    ])
  })

  test("says what is missing", () => {
    const { unconditional: _, ...without } = twoScaleProcess
    expect(() => guided(without, { scale: 2 })).toThrow("`unconditional`")
    expect(() => guided(twoScaleProcess, { scale: [1, 2, 3] })).toThrow("one for each of the 2 steps, got 3")
    expect(() => guided(twoScaleProcess, { scale: Number.NaN })).toThrow("NaN is out of range")
  })
})

test("the three conventions convert there and back", () => {
  const conventions: GuidanceConvention[] = ["scale", "var", "ho-salimans"]
  for (const from of conventions)
    for (const to of conventions)
      for (const value of [0, 1, 1.5, 4, 7.25]) expect(convertGuidance(convertGuidance(value, from, to), to, from)).toBe(value)
  expect(convertGuidance(1.5, "var", "scale")).toBe(2.5)
  expect(convertGuidance(3, "scale", "ho-salimans")).toBe(2)
  expect(convertGuidance(0.25, "ho-salimans", "var")).toBe(0.25)
})
