import { randomStream, tf } from "@scalewise/nn"
import { expect, test } from "vitest"
import { discretisedLogistic } from "./discretised-logistic.ts"

test("the probabilities of all levels sum to 1, for narrow, wide and far-off laws, and give entropy and mode", () => {
  const levels = 16
  const mean = tf.tensor2d([[0.41], [0.02], [3], [0.5], [0.3]])
  const law = discretisedLogistic({ mean, logScale: tf.tensor2d([[-9], [0], [-3], [-1], [-2.5]]), levels })
  const logProbs = Array.from({ length: levels }, (_, level) => law.logProb(tf.fill([5, 1], level / (levels - 1))).arraySync() as number[])
  const entropy = law.entropy().arraySync() as number[]
  const modes = law.mode().arraySync() as number[][]
  for (let b = 0; b < 5; b++) {
    const column = logProbs.map((row) => row[b]!)
    expect(column.reduce((sum, l) => sum + Math.exp(l), 0)).toBeCloseTo(1, 4)
    expect(entropy[b]).toBeCloseTo(-column.reduce((sum, l) => sum + Math.exp(l) * l, 0), 4)
    expect(Math.exp(column[Math.round(modes[b]![0]! * (levels - 1))]!)).toBeCloseTo(Math.exp(Math.max(...column)), 5)
  }
})

test("draws land on the levels as often as the probabilities say", () => {
  const count = 5000
  const law = discretisedLogistic({ mean: tf.fill([count, 1], 0.3), logScale: -1.5, levels: 5 })
  const draws = law.sample(randomStream(3).samples(Array.from({ length: count }, (_, id) => id))).dataSync()
  for (let level = 0; level < 5; level++) {
    const p = Math.exp((law.logProb(tf.fill([count, 1], level / 4)).arraySync() as number[])[0]!)
    const share = draws.filter((value) => value === Math.fround(level / 4)).length / count
    expect(Math.abs(share - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / count))
  }
})

test("the gradient by mean and scale agrees with finite differences", () => {
  const x = tf.tensor2d([[0, 0.4, 1]])
  const mean = tf.tensor2d([[0.1, 0.35, 0.8]])
  const logScale = tf.tensor2d([[-1, -2, -1.5]])
  const f = (m: tf.Tensor, s: tf.Tensor): tf.Tensor => discretisedLogistic({ mean: m, logScale: s, levels: 6 }).logProb(x).sum()
  const [gm, gs] = tf.grads(f)([mean, logScale])
  for (let i = 0; i < 3; i++) {
    const nudge = tf.oneHot(tf.tensor1d([i], "int32"), 3).mul(1e-2)
    const slope = (plus: tf.Tensor, minus: tf.Tensor) => (plus.sub(minus).arraySync() as number) / 2e-2
    expect((gm!.arraySync() as number[][])[0]![i]).toBeCloseTo(slope(f(mean.add(nudge), logScale), f(mean.sub(nudge), logScale)), 1)
    expect((gs!.arraySync() as number[][])[0]![i]).toBeCloseTo(slope(f(mean, logScale.add(nudge)), f(mean, logScale.sub(nudge))), 2)
  }
})
