import { randomStream, tf } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { noised, predictionTarget, toEps, toV, toX0, type Prediction } from "./prediction.ts"

const distance = (a: tf.Tensor, b: tf.Tensor): number => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!

describe("predictions", () => {
  const x0 = randomStream(1).normal([3, 4])
  const eps = randomStream(2).normal([3, 4])

  it.each<Prediction>(["eps", "x0", "v"])("%s converts to all three without loss", (kind) => {
    for (const [a, s] of [
      [0.6, 0.8],
      [tf.tensor2d([0.6, 0.8, 0.28], [3, 1]), tf.tensor2d([0.8, 0.6, 0.96], [3, 1])],
    ] as const) {
      const xt = noised(x0, eps, a, s)
      const output = predictionTarget(kind, x0, eps, a, s)
      expect(distance(toX0(kind, output, xt, a, s), x0)).toBeLessThan(1e-5)
      expect(distance(toEps(kind, output, xt, a, s), eps)).toBeLessThan(1e-5)
      expect(distance(toV(kind, output, xt, a, s), predictionTarget("v", x0, eps, a, s))).toBeLessThan(1e-5)
    }
  })

  it("v is data's negative at pure noise and noise at pure data", () => {
    expect(distance(predictionTarget("v", x0, eps, 0, 1), tf.neg(x0))).toBeLessThan(1e-5)
    expect(distance(predictionTarget("v", x0, eps, 1, 0), eps)).toBeLessThan(1e-5)
  })
})
