import { randomStream, tf } from "@scalewise/nn"
import { describe, expect, test } from "vitest"
import { categorical } from "./categorical.ts"

const samples = (count: number, seed = 1) => randomStream(seed).samples(Array.from({ length: count }, (_, id) => id))

describe("categorical", () => {
  test("draws follow the softmax of the logits", () => {
    const logits = [0, 1, -1, 0.5]
    const probabilities = tf.softmax(tf.tensor1d(logits)).arraySync()
    const count = 6000
    const law = categorical(tf.tile(tf.tensor3d([[logits, [-1e9, 0, -1e9, 0]]]), [count, 1, 1]))
    const draw = law.sample(samples(count))
    expect(draw.dtype).toBe("int32")
    const ids = draw.arraySync() as number[][]
    for (const [id, p] of probabilities.entries()) {
      const share = ids.filter((row) => row[0] === id).length / count
      expect(Math.abs(share - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / count))
    }
    const second = ids.map((row) => row[1]!)
    expect(second.every((id) => id === 1 || id === 3)).toBe(true)
    expect(Math.abs(second.filter((id) => id === 1).length / count - 0.5)).toBeLessThan(0.03)
  })

  test("probabilities of all draws sum to 1 and give the entropy", () => {
    const law = categorical(
      tf.tensor3d([
        [
          [0, 2, -1],
          [5, -1e9, 300],
        ],
      ]),
    ) // [1, 2, 3]
    const logProbs: number[] = []
    for (let a = 0; a < 3; a++)
      for (let b = 0; b < 3; b++) logProbs.push((law.logProb(tf.tensor2d([[a, b]], [1, 2], "int32")).arraySync() as number[])[0]!)
    expect(logProbs.reduce((sum, l) => sum + Math.exp(l), 0)).toBeCloseTo(1, 5)
    expect((law.entropy().arraySync() as number[])[0]).toBeCloseTo(
      -logProbs.reduce((sum, l) => sum + (l < -1e8 ? 0 : Math.exp(l) * l), 0),
      5,
    )
    expect(law.mode().arraySync()).toEqual([[1, 2]])
  })

  test("one entry, one sample, no site dimension", () => {
    const law = categorical(tf.tensor2d([[-7]]))
    expect(law.sample(samples(1)).arraySync()).toEqual([0])
    expect((law.logProb(tf.tensor1d([0], "int32")).arraySync() as number[])[0]).toBeCloseTo(0)
    expect((law.entropy().arraySync() as number[])[0]).toBeCloseTo(0)
  })

  test("the gradient of the log probability is the draw minus the softmax", () => {
    const logits = tf.tensor3d([[[0.3, -0.2, 1]], [[2, 0, 0]]])
    const draw = tf.tensor2d([[2], [0]], [2, 1], "int32")
    const gradient = tf.grad((x) => categorical(x).logProb(draw).sum())(logits)
    const expected = tf.oneHot(draw.toInt(), 3).sub(tf.softmax(logits))
    expect(gradient.sub(expected).abs().max().arraySync()).toBeLessThan(1e-6)
  })

  test("guidance leaves a law alone at scale 1, and where both sides agree; else it extrapolates", () => {
    const c = categorical(tf.tensor2d([[0.1, 0.7, -1e9]]))
    const u = categorical(tf.tensor2d([[0.3, 0.2, -1e9]]))
    expect(c.guidedFrom!(u, 1)).toBe(c)
    const same = c.guidedFrom!(c, 3.7) as typeof c
    expect(same.logits.arraySync()).toEqual(c.logits.arraySync())
    const guided = (c.guidedFrom!(u, 2) as typeof c).logits.arraySync() as number[][]
    expect(guided[0]![0]).toBeCloseTo(-0.1, 6)
    expect(guided[0]![1]).toBeCloseTo(1.2, 6)
  })

  test("wrong sites and missing entries are named", () => {
    const law = categorical(tf.zeros([2, 3, 4]))
    expect(() => law.logProb(tf.zeros([2, 4], "int32"))).toThrow("expected a draw [2, 3]")
    expect(() => categorical(tf.zeros([2, 3, 0]))).toThrow("expected logits [B, ..., V], got [2, 3, 0]")
  })

  test("releases everything but its results", () => {
    const logits = tf.randomNormal([3, 4, 5])
    const law = categorical(logits)
    law.logProb(tf.zeros([3, 4], "int32")).dispose() // operations keep their constants
    const before = tf.memory().numTensors
    const results = [law.sample(samples(3)), law.mode(), law.logProb(tf.zeros([3, 4], "int32")), law.entropy()]
    expect(tf.memory().numTensors).toBe(before + results.length + 1)
  })
})
