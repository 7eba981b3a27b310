import { tf } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { discretisedGaussianLogProb } from "./discretised-gaussian.ts"

const grid = (values: number): tf.Tensor => tf.tensor1d(Array.from({ length: values }, (_, i) => -1 + (2 * i) / (values - 1)))

describe("discretisedGaussianLogProb", () => {
  it.each([
    ["tanh", 256, 0.1, -2],
    ["erf", 256, -0.95, -3],
    ["erf", 2, 0.3, 0],
    ["tanh", 16, 3, -1],
  ] as const)("%s: the masses of all %d values sum to one", (cdf, values, mean, logVariance) => {
    const x = grid(values)
    const masses = tf.exp(discretisedGaussianLogProb(x, tf.fill(x.shape, mean), tf.scalar(logVariance), { values, cdf }))
    expect(masses.sum().dataSync()[0]).toBeCloseTo(1, 4)
  })

  it("erf is exact, tanh close: density times width in the middle of fine bins", () => {
    const at = (cdf: "tanh" | "erf"): number =>
      discretisedGaussianLogProb(tf.tensor1d([0]), tf.tensor1d([0.2]), tf.scalar(Math.log(0.04)), { cdf }).dataSync()[0]!
    const density = -0.5 - 0.5 * Math.log(2 * Math.PI * 0.04)
    expect(at("erf")).toBeCloseTo(density + Math.log(2 / 255), 3)
    expect(Math.abs(at("tanh") - at("erf"))).toBeLessThan(0.01)
    expect(at("tanh")).not.toBe(at("erf"))
  })

  it("has open ends and a floor of 1e-12, with finite gradients", () => {
    const x = tf.tensor1d([-1, 1, 0])
    const logProbs = discretisedGaussianLogProb(x, tf.tensor1d([-30, 30, 30]), tf.scalar(-4)).dataSync()
    expect(logProbs[0]).toBeCloseTo(0, 5)
    expect(logProbs[1]).toBeCloseTo(0, 5)
    expect(logProbs[2]).toBeCloseTo(Math.log(1e-12), 3)
    const gradients = tf.grads((mean: tf.Tensor, logVariance: tf.Tensor) => discretisedGaussianLogProb(x, mean, logVariance).sum())
    const [ofMean] = gradients([tf.tensor1d([0.1, 0.2, 0.1]), tf.tensor1d([-1, -1, -1])]) as [tf.Tensor]
    const at = (mean: number): number => discretisedGaussianLogProb(tf.tensor1d([-1]), tf.tensor1d([mean]), tf.scalar(-1)).dataSync()[0]!
    expect(ofMean.dataSync()[0]).toBeCloseTo((at(0.15) - at(0.05)) / 0.1, 2)
    expect(ofMean.dataSync()[1]).toBeGreaterThan(0)
    expect(ofMean.dataSync()[2]).toBeLessThan(0)
  })
})
