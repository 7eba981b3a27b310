import { randomStream, tf } from "@scalewise/nn"
import { expect, test } from "vitest"
import { gaussian } from "./gaussian.ts"
import { pointMass } from "./point-mass.ts"

const samples = (count: number) => randomStream(9).samples(Array.from({ length: count }, (_, id) => id))

test("draws have the mean and the variance, given as a number or a tensor", () => {
  const count = 5000
  const mean = tf.tile(tf.tensor2d([[-2, 5]]), [count, 1])
  for (const logVariance of [Math.log(4), tf.fill([count, 1], Math.log(4))]) {
    const { mean: m, variance: v } = tf.moments(gaussian({ mean, logVariance }).sample(samples(count)), 0)
    expect((m.arraySync() as number[])[0]).toBeCloseTo(-2, 0)
    for (const [i, expected] of [-2, 5].entries()) expect(Math.abs((m.arraySync() as number[])[i]! - expected)).toBeLessThan(0.13)
    for (const value of v.arraySync() as number[]) expect(Math.abs(value - 4)).toBeLessThan(0.4)
  }
})

test("density and entropy agree with the formulas in float64", () => {
  const [m, lv, x] = [
    [0.3, -1],
    [0.2, -1.5],
    [0.9, -0.4],
  ]
  const law = gaussian({ mean: tf.tensor2d([m]), logVariance: tf.tensor2d([lv]) })
  let logProb = 0
  let entropy = 0
  for (let i = 0; i < 2; i++) {
    logProb += -0.5 * (Math.log(2 * Math.PI) + lv[i]! + (x[i]! - m[i]!) ** 2 / Math.exp(lv[i]!))
    entropy += 0.5 * (1 + Math.log(2 * Math.PI) + lv[i]!)
  }
  expect((law.logProb(tf.tensor2d([x])).arraySync() as number[])[0]).toBeCloseTo(logProb, 5)
  expect((law.entropy().arraySync() as number[])[0]).toBeCloseTo(entropy, 5)
  expect(() => law.logProb(tf.zeros([2, 2]))).toThrow("expected a draw [1, 2], got [2, 2]")
})

test("guidance moves the mean and keeps the variance of the conditional law", () => {
  const c = gaussian({ mean: tf.tensor2d([[1]]), logVariance: -3 })
  const guided = c.guidedFrom!(gaussian({ mean: tf.tensor2d([[0.5]]), logVariance: 2 }), 3) as typeof c
  expect(guided.mean.arraySync()).toEqual([[2]])
  expect(guided.logVariance).toBe(-3)
  expect(() => c.guidedFrom!(pointMass(tf.zeros([1, 1])), 2)).toThrow("another Gaussian")
})

test("a point mass is certain of its value", () => {
  const law = pointMass(
    tf.tensor2d([
      [1, 2],
      [3, 4],
    ]),
  )
  expect(law.sample(samples(2)).arraySync()).toEqual([
    [1, 2],
    [3, 4],
  ])
  expect(
    law
      .logProb(
        tf.tensor2d([
          [1, 2],
          [3, 5],
        ]),
      )
      .arraySync(),
  ).toEqual([0, -Infinity])
  expect(law.entropy().arraySync()).toEqual([0, 0])
  expect((law.guidedFrom!(pointMass(tf.zeros([2, 2])), 2) as typeof law).value.arraySync()).toEqual([
    [2, 4],
    [6, 8],
  ])
})
