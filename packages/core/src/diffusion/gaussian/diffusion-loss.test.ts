import { ConfigError, randomStream, tf, type Parameters } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { diffusionLoss, type DenoisingNetwork } from "./diffusion-loss.ts"
import { linearNoise } from "./noise-schedule.ts"
import type { Prediction } from "./prediction.ts"

const schedule = linearNoise({ levels: 50, last: 0.2 })
const batch = {
  x0: tf.clipByValue(tf.mul(randomStream(1).normal([5, 3, 2]), 0.4), -1, 1),
  levels: tf.tensor1d([1, 2, 20, 49, 50], "int32"),
  noise: randomStream(2).normal([5, 3, 2]),
}
const constant: DenoisingNetwork<Parameters> = (parameters, x) => tf.add(tf.zeros(x.shape), parameters.w as tf.Tensor)
const learned: DenoisingNetwork<Parameters> = (parameters, x) =>
  tf.concat([tf.mul(x, parameters.mean as tf.Tensor), tf.add(tf.zeros(x.shape), parameters.range as tf.Tensor)], -1)

describe("diffusionLoss", () => {
  it("simple: mean square of what is missing, for each kind of prediction (Eq. 6)", () => {
    const errors = { eps: batch.noise, x0: batch.x0 }
    for (const kind of ["eps", "x0"] as const) {
      const { loss, perSample } = diffusionLoss(constant, { schedule, prediction: kind })({ w: tf.scalar(0) }, batch)
      const expected = tf.square(errors[kind]).mean([1, 2])
      expect(tf.max(tf.abs(tf.sub(perSample, expected))).dataSync()[0]).toBeLessThan(1e-5)
      expect(loss.dataSync()[0]).toBeCloseTo(expected.mean().dataSync()[0]!, 5)
    }
  })

  it.each<Prediction>(["eps", "x0", "v"])(
    "a network that knows the data has no simple loss and, above level 1, no bound (%s)",
    (prediction) => {
      const at = (value: (bar: number) => number): tf.Tensor =>
        tf.tensor(
          [...batch.levels.dataSync()].map((t) => value(schedule.alphaBars[t]!)),
          [5, 1, 1],
        )
      const [a, s] = [at(Math.sqrt), at((bar) => Math.sqrt(1 - bar))]
      const answers = { eps: batch.noise, x0: batch.x0, v: tf.sub(tf.mul(batch.noise, a), tf.mul(batch.x0, s)) }
      const oracle: DenoisingNetwork<Parameters> = () => answers[prediction]
      for (const value of diffusionLoss(oracle, { schedule, prediction })({}, batch).perSample.dataSync()) expect(value).toBeLessThan(1e-8)
      const [decoder, ...rest] = diffusionLoss(oracle, { schedule, prediction, objective: "variational" })({}, batch).perSample.dataSync()
      for (const value of rest) expect(Math.abs(value)).toBeLessThan(1e-3)
      expect(decoder).toBeGreaterThan(0)
    },
  )

  it("weights multiply the loss, not the report", () => {
    const loss = diffusionLoss(constant, { schedule })
    const plain = loss({ w: tf.scalar(0) }, batch)
    const weighted = loss({ w: tf.scalar(0) }, { ...batch, weights: tf.tensor1d([0, 0, 5, 0, 0]) })
    expect(weighted.loss.dataSync()[0]).toBeCloseTo(plain.perSample.dataSync()[2]!, 5)
    expect([...weighted.perSample.dataSync()]).toEqual([...plain.perSample.dataSync()])
  })

  it("hybrid: the bound trains the variance, the simple loss the mean; gradients equal finite differences", () => {
    const parameters = { mean: tf.scalar(0.3), range: tf.scalar(0.1) }
    const gradientsOf = (objective: "simple" | "variational" | "hybrid"): number[] => {
      const loss = diffusionLoss(learned, { schedule, variance: "learned", objective, boundWeight: 0.1 })
      const gradients = tf.grads((mean: tf.Tensor, range: tf.Tensor) => loss({ mean, range }, batch).loss)
      return gradients([parameters.mean, parameters.range]).map((g) => g.dataSync()[0]!)
    }
    const [hybrid, variational] = [gradientsOf("hybrid"), gradientsOf("variational")]
    const simple = tf.grad(
      (mean: tf.Tensor) => diffusionLoss(learned, { schedule, variance: "learned" })({ mean, range: parameters.range }, batch).loss,
    )(parameters.mean)
    expect(hybrid[0]).toBeCloseTo(simple.dataSync()[0]!, 5)
    expect(hybrid[1]! / (0.1 * variational[1]!)).toBeCloseTo(1, 4)
    const value = (mean: number, range: number): number =>
      diffusionLoss(learned, { schedule, variance: "learned", objective: "variational" })(
        { mean: tf.scalar(mean), range: tf.scalar(range) },
        batch,
      ).loss.dataSync()[0]!
    expect((value(0.31, 0.1) - value(0.29, 0.1)) / 0.02 / variational[0]!).toBeCloseTo(1, 2)
    expect((value(0.3, 0.15) - value(0.3, 0.05)) / 0.1 / variational[1]!).toBeCloseTo(1, 2)
  })

  it("tells the network the schedule's times, leaks nothing, refuses a hybrid without variance", () => {
    const times: number[] = []
    const spy: DenoisingNetwork<Parameters> = (_, x, t) => (times.push(...t.dataSync()), x)
    const before = tf.memory().numTensors
    const { loss, perSample } = diffusionLoss(spy, { schedule })({}, batch)
    tf.dispose([loss, perSample])
    expect(tf.memory().numTensors).toBe(before)
    expect(times).toEqual([1, 2, 20, 49, 50])
    expect(() => diffusionLoss(constant, { schedule, objective: "hybrid" })).toThrow(ConfigError)
  })
})
