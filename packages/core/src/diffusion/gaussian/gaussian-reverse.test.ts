import { randomStream, ShapeError, tf } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { posteriorMean, readOutput, reverseLogVariance } from "./gaussian-reverse.ts"
import { cosineNoise, linearNoise } from "./noise-schedule.ts"
import { scheduleTables } from "./schedule-tables.ts"

const schedule = linearNoise({ levels: 20, first: 0.01, last: 0.3 })

describe("gaussian reverse", () => {
  it("posterior mean and variance are those of Bayes' rule", () => {
    const x0 = tf.tensor2d([0.3, -0.8], [2, 1])
    const xt = tf.tensor2d([1.2, 0.1], [2, 1])
    const variances = scheduleTables(schedule).posteriorVariances
    for (const t of [1, 2, 7, 20]) {
      // N(x_t; sqrt(alpha) x, beta) times N(x; sqrt(abar') x_0, 1 - abar'), completed to a square
      const [beta, bar] = [schedule.betas[t]!, schedule.alphaBars[t - 1]!]
      const precision = (1 - beta) / beta + 1 / (1 - bar)
      expect(variances[t]).toBeCloseTo(t === 1 ? 0 : 1 / precision, 14)
      const means = posteriorMean(x0, xt, tf.fill([2], t, "int32"), schedule).dataSync()
      for (const b of [0, 1]) {
        const [data, noisy] = [x0.dataSync()[b]!, xt.dataSync()[b]!]
        const expected = t === 1 ? data : ((Math.sqrt(1 - beta) * noisy) / beta + (Math.sqrt(bar) * data) / (1 - bar)) / precision
        expect(means[b]).toBeCloseTo(expected, 5)
      }
    }
  })

  it("posterior matches Monte-Carlo: walks that pass near x_t", () => {
    const [t, x0, target, width] = [3, 0.4, 0.5, 0.05]
    const [beta, bar] = [schedule.betas[t]!, schedule.alphaBars[t - 1]!]
    const noise = randomStream(11).normalValues([2, 400_000])
    const kept: number[] = []
    for (let i = 0; i < 400_000; i++) {
      const before = Math.sqrt(bar) * x0 + Math.sqrt(1 - bar) * noise[i]!
      const after = Math.sqrt(1 - beta) * before + Math.sqrt(beta) * noise[400_000 + i]!
      if (Math.abs(after - target) < width) kept.push(before)
    }
    const mean = kept.reduce((a, b) => a + b) / kept.length
    const variance = kept.reduce((sum, x) => sum + (x - mean) ** 2, 0) / kept.length
    const expected = posteriorMean(tf.tensor2d([[x0]]), tf.tensor2d([[target]]), tf.tensor1d([t], "int32"), schedule).dataSync()[0]!
    expect(kept.length).toBeGreaterThan(20_000)
    expect(Math.abs(mean - expected)).toBeLessThan(0.006)
    expect(variance / scheduleTables(schedule).posteriorVariances[t]!).toBeCloseTo(1, 1)
  })

  it("each sample has its own level", () => {
    const x = randomStream(1).normal([3, 2])
    const y = randomStream(2).normal([3, 2])
    const together = posteriorMean(x, y, tf.tensor1d([1, 9, 20], "int32"), schedule).arraySync() as number[][]
    for (const [b, t] of [1, 9, 20].entries())
      expect(together[b]).toEqual((posteriorMean(x, y, tf.fill([3], t, "int32"), schedule).arraySync() as number[][])[b])
  })

  it("log variances are finite at level 1 and in a chain of one level", () => {
    const logs = scheduleTables(schedule).posteriorLogVariances
    expect(logs[1]).toBe(logs[2])
    expect(scheduleTables(cosineNoise({ levels: 1 })).posteriorLogVariances[1]).toBeCloseTo(Math.log(0.999), 12)
  })

  it("a learned variance runs from beta tilde to beta", () => {
    const xt = tf.zeros([3, 2])
    const levelsB = tf.fill([3], 5, "int32")
    const output = tf.concat([xt, tf.tensor2d([-1, -1, 0, 0, 1, 1], [3, 2])], -1)
    const options = { schedule, variance: "learned" } as const
    const values = reverseLogVariance(readOutput(output, xt, levelsB, options), levelsB, options).dataSync()
    const [low, high] = [Math.log(scheduleTables(schedule).posteriorVariances[5]!), Math.log(schedule.betas[5]!)]
    expect(values[0]).toBeCloseTo(low, 5)
    expect(values[2]).toBeCloseTo((low + high) / 2, 5)
    expect(values[5]).toBeCloseTo(high, 5)
  })

  it("clips x_0 and keeps noise and data consistent; refuses another shape", () => {
    const xt = randomStream(3).normal([2, 4])
    const levelsB = tf.tensor1d([2, 18], "int32")
    const { x0, eps } = readOutput(tf.fill([2, 4], 9), xt, levelsB, { schedule, prediction: "x0", clip: [-1, 1] })
    expect([...x0.dataSync()]).toEqual(Array<number>(8).fill(1))
    const again = readOutput(eps, xt, levelsB, { schedule, prediction: "eps" }).x0
    expect(tf.max(tf.abs(tf.sub(again, x0))).dataSync()[0]).toBeLessThan(1e-4)
    expect(() => readOutput(tf.zeros([2, 4]), xt, levelsB, { schedule, variance: "learned" })).toThrow(ShapeError)
    expect(() => readOutput(tf.zeros([2, 8]), xt, levelsB, { schedule })).toThrow(ShapeError)
  })
})
