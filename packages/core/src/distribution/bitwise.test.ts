import { randomStream, tf } from "@scalewise/nn"
import { expect, test } from "vitest"
import { bitwise } from "./bitwise.ts"

const samples = (count: number) => randomStream(4).samples(Array.from({ length: count }, (_, id) => id))

test("bits are drawn with the sigmoid of their logits", () => {
  const count = 6000
  const bits = bitwise(tf.tile(tf.tensor2d([[-1, 0, 2, 1e9, -1e9]]), [count, 1])).sample(samples(count))
  expect(bits.dtype).toBe("int32")
  const shares = bits.toFloat().mean(0).arraySync() as number[]
  for (const [i, p] of [0.26894, 0.5, 0.8808, 1, 0].entries())
    expect(Math.abs(shares[i]! - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / count) + 1e-12)
})

test("probabilities of all draws sum to 1, give the entropy and do not overflow", () => {
  const law = bitwise(tf.tensor2d([[0.4, -3, 200]]))
  const logProbs = Array.from(
    { length: 8 },
    (_, n) => (law.logProb(tf.tensor2d([[n & 1, (n >> 1) & 1, n >> 2]], [1, 3], "int32")).arraySync() as number[])[0]!,
  )
  expect(logProbs.reduce((sum, l) => sum + Math.exp(l), 0)).toBeCloseTo(1, 5)
  expect((law.entropy().arraySync() as number[])[0]).toBeCloseTo(-logProbs.reduce((sum, l) => sum + Math.exp(l) * l, 0), 5)
  expect(Math.min(...logProbs)).toBeGreaterThan(-300)
  expect(law.mode().arraySync()).toEqual([[1, 0, 1]])
})

test("the gradient of the log probability is the draw minus the sigmoid, at zero and far out too", () => {
  const logits = tf.tensor2d([[0, 90, -90, 0.5]])
  const gradient = tf
    .grad((x) =>
      bitwise(x)
        .logProb(tf.tensor2d([[1, 0, 0, 1]]))
        .sum(),
    )(logits)
    .arraySync() as number[][]
  for (const [i, expected] of [0.5, -1, 0, 0.377541].entries()) expect(gradient[0]![i]).toBeCloseTo(expected, 5)
})

test("mapLogits sees a codebook of two entries", () => {
  const law = bitwise(tf.tensor2d([[1, -2]]))
  const halved = law.mapLogits((logits) => {
    expect(logits.shape).toEqual([1, 2, 2])
    return logits.div(2)
  })
  expect(halved.logits.arraySync()).toEqual([[0.5, -1]])
})
