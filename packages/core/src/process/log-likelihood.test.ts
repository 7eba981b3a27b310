import { tf } from "@scalewise/nn"
import { describe, expect, test } from "vitest"
import { categorical, type Categorical } from "../distribution/categorical.ts"
import { twoScaleModel, twoScaleOutcomes, twoScaleProbability, twoScaleProcess } from "../testing/two-scale-pyramid.ts"
import type { BackwardProcess } from "./backward-process.ts"
import { logLikelihood, tokenLogLikelihood } from "./log-likelihood.ts"
import { refine } from "./refine.ts"

const targetsOf = (outcomes: readonly (readonly number[])[]): tf.Tensor[] => [
  tf.tensor2d(
    outcomes.map(([a]) => [a!]),
    [outcomes.length, 1],
    "int32",
  ),
  tf.tensor2d(
    outcomes.map(([, b, c]) => [b!, c!]),
    [outcomes.length, 2],
    "int32",
  ),
]

describe("tokenLogLikelihood", () => {
  test("is the exact probability of every outcome; over all of them it sums to 1", () => {
    for (const label of [0, 0.8]) {
      const { nats, perScale, state } = tokenLogLikelihood(twoScaleProcess, targetsOf(twoScaleOutcomes), { condition: { label } })
      const values = nats.arraySync() as number[]
      for (const [i, outcome] of twoScaleOutcomes.entries()) expect(values[i]).toBeCloseTo(Math.log(twoScaleProbability(outcome, label)), 5)
      expect(values.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 5)
      expect(perScale.shape).toEqual([2, twoScaleOutcomes.length])
      expect(state.tokens.arraySync()).toEqual(twoScaleOutcomes)
    }
  })

  test("does not depend on the batch", () => {
    const all = tokenLogLikelihood(twoScaleProcess, targetsOf(twoScaleOutcomes), { condition: { label: 0.3 } }).nats.arraySync() as number[]
    const one = tokenLogLikelihood(twoScaleProcess, targetsOf([twoScaleOutcomes[7]!]), {
      condition: { label: 0.3 },
    }).nats.arraySync() as number[]
    expect(one[0]).toBeCloseTo(all[7]!, 6)
  })

  test("uniform logits cost L ln V", () => {
    const [scales, entries] = [[1, 4, 9], 7]
    const process: BackwardProcess<tf.Tensor, tf.Tensor> = {
      steps: 3,
      start: (batch) => tf.zeros([batch]),
      predict: (state, step) => categorical(tf.fill([state.shape[0], scales[step - 1]!, entries], 2.5)),
      advance: (state) => state.clone(),
      readout: (state) => state,
    }
    const { nats, perScale } = tokenLogLikelihood(
      process,
      scales.map((sites) => tf.zeros([2, sites], "int32")),
    )
    for (const value of nats.arraySync() as number[]) expect(value).toBeCloseTo(-14 * Math.log(entries), 4)
    for (const [k, row] of (perScale.arraySync() as number[][]).entries()) expect(row[0]).toBeCloseTo(-scales[k]! * Math.log(entries), 4)
  })

  test("one step, one site, one entry, batch 1: certain", () => {
    const process: BackwardProcess<tf.Tensor, tf.Tensor> = {
      steps: 1,
      start: (batch) => tf.fill([batch, 1, 1], -5),
      predict: (state) => categorical(state),
      advance: (state) => state,
      readout: (state) => state,
    }
    const { nats, perScale } = tokenLogLikelihood(process, [tf.zeros([1, 1], "int32")])
    expect(nats.dataSync()[0]).toBeCloseTo(0)
    expect(perScale.shape).toEqual([1, 1])
  })

  test("is differentiable through every scale", () => {
    const targets = [tf.tensor2d([[2]], [1, 1], "int32"), tf.tensor2d([[0, 1]], [1, 2], "int32")]
    const natsOf = (weights: tf.Tensor): tf.Tensor => {
      const process: BackwardProcess<tf.Tensor, tf.Tensor> = {
        steps: 2,
        start: () => tf.zeros([1, 1, 3]),
        predict: (state) => categorical(state.add(weights)),
        advance: (state, _, draw) => tf.concat([state, state], 1).add(tf.oneHot(draw.toInt(), 3).sum(1, true)),
        readout: (state) => state,
      }
      return tokenLogLikelihood(process, targets).nats.sum()
    }
    const weights = tf.tensor1d([0.2, -0.3, 0.1])
    const gradient = tf.grad(natsOf)(weights).dataSync()
    for (let i = 0; i < 3; i++) {
      const nudge = tf.oneHot(i, 3).mul(1e-2)
      const slope =
        natsOf(weights.add(nudge))
          .sub(natsOf(weights.sub(nudge)))
          .dataSync()[0]! / 2e-2
      expect(gradient[i]).toBeCloseTo(slope, 3)
    }
  })

  test("a wrong number of targets is named", () => {
    expect(() => tokenLogLikelihood(twoScaleProcess, targetsOf(twoScaleOutcomes).slice(1))).toThrow(
      "one target for each of the 2 steps, got 1",
    )
  })
})

test("logLikelihood encodes the data first, and leaves nothing behind", () => {
  const bits = tf.tensor2d([
    [0, 0],
    [1, 0],
    [1, 1],
  ])
  logLikelihood(twoScaleModel, bits, { condition: { label: 0 } }) // operations keep their constants
  const before = tf.memory().numTensors
  const { nats, perScale } = logLikelihood(twoScaleModel, bits, { condition: { label: 0 } })
  expect(tf.memory().numTensors).toBe(before + 2)
  const expected = (
    [
      [0, 0, 0],
      [1, 1, 0],
      [2, 1, 1],
    ] as const
  ).map((outcome) => Math.log(twoScaleProbability(outcome)))
  for (const [i, value] of (nats.arraySync() as number[]).entries()) expect(value).toBeCloseTo(expected[i]!, 5)
  for (const [i, value] of (perScale.sum(0).arraySync() as number[]).entries()) expect(value).toBeCloseTo(expected[i]!, 5)
})

describe("a block-causal model with a cache", () => {
  // D width, V entries, sites of scale k: k, so that L = 1 + 2 + 3 = 6 tokens, upsampled to a full grid of 3
  const [width, entries, full] = [3, 4, 3]
  const scales = [1, 2, 3]
  const offsets = [0, 1, 3, 6]
  const embeddingVD = tf.randomNormal([entries, width], 0, 1, "float32", 1)
  const headDV = tf.randomNormal([width, entries], 0, 1, "float32", 2)
  const mixingLL = tf.randomNormal([6, 6], 0, 1, "float32", 3)
  const scaleOf = scales.flatMap((sites, k) => Array.from({ length: sites }, () => k))
  const blockMaskLL = tf.tensor2d(scaleOf.map((query) => scaleOf.map((key) => (key <= query ? 1 : 0))))
  const grid = (from: number, to: number): tf.Tensor2D =>
    tf.tensor2d(Array.from({ length: to }, (_, i) => Array.from({ length: from }, (_, j) => (Math.floor((i * from) / to) === j ? 1 : 0)))) // nearest
  const resized = (x: tf.Tensor, to: number): tf.Tensor => tf.matMul(tf.tile(grid(x.shape[1]!, to).expandDims(0), [x.shape[0], 1, 1]), x)
  const logitsOf = (mixing: tf.Tensor, inputs: tf.Tensor): tf.Tensor => {
    const mixed = tf.matMul(tf.tile(mixing.expandDims(0), [inputs.shape[0], 1, 1]), inputs).tanh()
    return tf.matMul(mixed, tf.tile(headDV.expandDims(0), [inputs.shape[0], 1, 1]))
  }

  interface State {
    sum: tf.Tensor // [B, 3, D]
    cache: tf.Tensor // inputs of the scales before, [B, n, D]
  }
  interface Cached extends Categorical {
    inputs: tf.Tensor
  }
  const process: BackwardProcess<State, tf.Tensor, undefined, tf.Tensor> = {
    steps: 3,
    start: (batch) => ({ sum: tf.ones([batch, full, width]), cache: tf.zeros([batch, 0, width]) }),
    predict({ sum, cache }, step): Cached {
      const inputs = tf.concat([cache, resized(sum, scales[step - 1]!)], 1)
      const rows = mixingLL.slice([offsets[step - 1]!, 0], [scales[step - 1]!, offsets[step]!])
      return { ...categorical(logitsOf(rows, inputs)), inputs }
    },
    advance: ({ sum }, _, draw, prediction?: Cached) => ({
      sum: sum.add(resized(tf.gather(embeddingVD, draw.toInt()), full)),
      cache: prediction!.inputs,
    }),
    readout: ({ sum }) => sum,
  }

  /** All logits in one pass under the block mask, as in training. */
  const teacherForced = (targets: readonly tf.Tensor[]): tf.Tensor => {
    let sum: tf.Tensor = tf.ones([targets[0]!.shape[0], full, width])
    const inputs = targets.map((target, k) => {
      const input = resized(sum, scales[k]!)
      sum = sum.add(resized(tf.gather(embeddingVD, target.toInt()), full))
      return input
    })
    return logitsOf(mixingLL.mul(blockMaskLL), tf.concat(inputs, 1))
  }

  test("the likelihood walks exactly what the sampler sees, and one masked pass sees the same", async () => {
    const seen: tf.Tensor[] = []
    const draws: tf.Tensor[] = []
    const spied: typeof process = {
      ...process,
      predict(state, step, condition) {
        const prediction = process.predict(state, step, condition) as Cached
        seen.push(tf.keep(prediction.logits))
        return prediction
      },
      advance(state, step, draw, prediction) {
        draws.push(tf.keep(draw.clone()))
        return process.advance(state, step, draw, prediction)
      },
    }
    for await (const _ of refine(spied, { batch: 3, condition: undefined, seed: 5 })) void _
    const sampled = seen.splice(0)
    const targets = draws.splice(0)
    const { nats } = tokenLogLikelihood(spied, targets)
    for (const [k, logits] of seen.entries()) expect(logits.arraySync()).toEqual(sampled[k]!.arraySync())
    const atOnce = teacherForced(targets)
    expect(atOnce.sub(tf.concat(sampled, 1)).abs().max().arraySync()).toBeLessThan(1e-5)
    const direct = categorical(atOnce).logProb(tf.concat(targets, 1))
    expect(nats.sub(direct).abs().max().arraySync()).toBeLessThan(1e-4)
  })

  test("tokens of a scale change no logits of that scale or an earlier one", () => {
    const targets = scales.map((sites) => tf.zeros([1, sites], "int32"))
    const logits = teacherForced(targets)
    const greatest = (x: tf.Tensor): number => (x.size === 0 ? 0 : x.max().dataSync()[0]!)
    for (let k = 0; k < 3; k++) {
      const changed = teacherForced(targets.map((target, i) => (i === k ? target.add(tf.scalar(1, "int32")) : target)))
      const [before, after] = tf.split(logits.sub(changed).abs(), [offsets[k + 1]!, 6 - offsets[k + 1]!], 1)
      expect([greatest(before!), greatest(after!) > 0]).toEqual([0, k < 2]) // the last scale has no later ones
    }
  })
})
