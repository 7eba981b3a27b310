import { tf } from "@scalewise/nn"
import { describe, expect, test } from "vitest"
import { d3pm } from "../diffusion/discrete/d3pm.ts"
import { ddpm } from "../diffusion/gaussian/ddpm.ts"
import { absorbingChain } from "../diffusion/discrete/discrete-chain.ts"
import { gaussianDenoiser } from "../diffusion/gaussian/gaussian-denoiser.ts"
import { cosineNoise } from "../diffusion/gaussian/noise-schedule.ts"
import { earlyExit } from "../sampling/early-exit.ts"
import { guided } from "../sampling/guided.ts"
import { checkBackwardProcess } from "../testing/check-backward-process.ts"
import { twoScaleOutcomes, twoScaleProbability, twoScaleProcess, twoScaleReadout } from "../testing/two-scale-pyramid.ts"
import type { BackwardProcess } from "./backward-process.ts"
import { refine, sample } from "./refine.ts"

/** Noise levels as steps, with the best denoiser of N(condition, 0.4^2). */
const schedule = cosineNoise({ levels: 24 })
const denoisers = new Map([0, 0.5].map((mean) => [mean, gaussianDenoiser({ schedule, mean, deviation: 0.4 })]))
const noisy = ddpm<number>({
  denoiser: (xt, times, mean) => denoisers.get(mean)!(xt, times, undefined),
  schedule,
  shape: [2],
  prediction: "x0",
  unconditional: () => 0,
})

/** Mean and deviation that 24 steps of this linear chain really lead to (fewer steps leave too little variance), in float64. */
function noisyMoments(mean: number, deviation: number): { mean: number; deviation: number } {
  let [m, v] = [0, 1]
  for (let t = schedule.levels; t >= 1; t--) {
    const [beta, bar, before] = [schedule.betas[t]!, schedule.alphaBars[t]!, schedule.alphaBars[t - 1]!]
    const [ofX0, ofXt] = [(Math.sqrt(before) * beta) / (1 - bar), (Math.sqrt(1 - beta) * (1 - before)) / (1 - bar)]
    const total = bar * deviation ** 2 + 1 - bar // variance of x_t; E[x_0 | x_t] is linear in x_t
    const slope = ofXt + (ofX0 * Math.sqrt(bar) * deviation ** 2) / total
    m = slope * m + (ofX0 * mean * (1 - bar)) / total
    v = slope ** 2 * v + (t === 1 ? 0 : (beta * (1 - before)) / (1 - bar))
  }
  return { mean: m, deviation: Math.sqrt(v) }
}

/** Masks as noise, with the exact law of x_0 given x_t for one site of 3 tokens; the condition raises the first logit. */
const chain = absorbingChain({ states: 3, levels: 4 })
const lawOf = (condition: number): number[] => {
  const weights = [0.2 + condition, 0.9, -0.3].map(Math.exp)
  return weights.map((weight) => weight / weights.reduce((sum, other) => sum + other))
}
const masked = d3pm<number>({
  network(xt, levels, condition) {
    const reached = chain.products[levels.dataSync()[0]!]! // x_0 in rows, x_t in columns
    const table = [0, 1, 2, 3].map((to) => lawOf(condition).map((p, from) => Math.log(Math.max(p * reached[from * 4 + to]!, 1e-30))))
    return tf.gather(tf.tensor2d(table), xt.toInt())
  },
  chain,
  sites: 1,
  unconditional: () => 0,
})

const pyramid: BackwardProcess<Parameters<typeof twoScaleProcess.readout>[0], tf.Tensor, number, tf.Tensor> = {
  ...twoScaleProcess,
  unconditional: () => 0,
  start: (batch, label, random) => twoScaleProcess.start(batch, { label }, random),
  predict: (state, step, label) => twoScaleProcess.predict(state, step, { label }),
}

/** Share of the rows of `output` near `row`. */
const shareOf = (output: tf.Tensor, row: readonly number[]): number => {
  const rows = output.arraySync() as number[][]
  return rows.filter((found) => found.every((value, i) => Math.abs(value - row[i]!) < 1e-4)).length / rows.length
}
const within = (share: number, p: number, count: number): void =>
  expect(Math.abs(share - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / count))

const count = 3000
const systems = [
  {
    name: "a two-scale pyramid",
    process: pyramid as BackwardProcess<unknown, tf.Tensor, number, tf.Tensor>,
    check(output: tf.Tensor) {
      for (const outcome of twoScaleOutcomes) within(shareOf(output, twoScaleReadout(outcome)), twoScaleProbability(outcome, 0.5), count)
    },
  },
  {
    name: "a DDPM",
    process: noisy as BackwardProcess<unknown, tf.Tensor, number, tf.Tensor>,
    check(output: tf.Tensor) {
      const { mean, variance } = tf.moments(output)
      const expected = noisyMoments(0.5, 0.4)
      expect(Math.abs(mean.dataSync()[0]! - expected.mean)).toBeLessThan((4.5 * expected.deviation) / Math.sqrt(2 * count))
      expect(Math.abs(Math.sqrt(variance.dataSync()[0]!) - expected.deviation)).toBeLessThan(
        (4.5 * expected.deviation) / Math.sqrt(4 * count),
      )
    },
  },
  {
    name: "a D3PM",
    process: masked as BackwardProcess<unknown, tf.Tensor, number, tf.Tensor>,
    check(output: tf.Tensor) {
      for (const [token, p] of lawOf(0.5).entries()) within(shareOf(output, [token]), p, count)
    },
  },
]

describe.each(systems)("the one loop drives $name", ({ process, check }) => {
  const run = { condition: 0.5, seed: 21 }

  test("to the law of its data", async () => {
    const output = await sample(process, { ...run, batch: count })
    check(output)
    output.dispose()
  })

  test("step by step, at one network call each, with flat memory", async () => {
    const before = tf.memory().numTensors
    const held: number[] = []
    let calls = 0
    for await (const { step, networkCalls } of refine(process, { ...run, batch: 3 })) {
      expect(networkCalls).toBe(step)
      calls = networkCalls
      held.push(tf.memory().numTensors - before)
    }
    expect(calls).toBe(process.steps)
    expect(new Set(held).size).toBe(1)
    expect(tf.memory().numTensors).toBe(before)
  })

  test("keeping the promises of a process; under guidance, and left early, too", async () => {
    const all = [process, guided(process, { scale: 1.8 }), earlyExit(process, { steps: 1 })] as (typeof process)[]
    for (const wrapped of all) await checkBackwardProcess(wrapped, { condition: () => 0.5, seed: 21 })
  })

  test("guidance of strength 1 changes nothing, and more of it does", async () => {
    const plain = (await sample(process, { ...run, batch: 200 })).arraySync()
    expect((await sample(guided(process, { scale: 1 }), { ...run, batch: 200 })).arraySync()).toEqual(plain)
    expect((await sample(guided(process, { scale: 4 }), { ...run, batch: 200 })).arraySync()).not.toEqual(plain)
  })
})
