import { randomStream, tf } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { refine, sample } from "../../process/refine.ts"
import { checkBackwardProcess } from "../../testing/check-backward-process.ts"
import { d3pm, type DiscreteModel } from "./d3pm.ts"
import { absorbingChain, discretisedGaussianChain, uniformChain, type DiscreteChain } from "./discrete-chain.ts"

const data = [0.5, 0.1, 0.3, 0.1]

/** Knows the law of independent sites: p(x_0 | x_t) is proportional to data times Qbar_t[x_0, x_t]. */
const bayes =
  (chain: DiscreteChain): DiscreteModel["network"] =>
  (xt, levels) => {
    const level = levels.dataSync()[0]!
    const rows = Array.from({ length: chain.states }, (_, i) =>
      data.map((p, x0) => Math.log(Math.max(1e-30, p * chain.products[level]![x0 * chain.states + i]!))),
    )
    return tf.gather(tf.tensor2d(rows), xt.flatten().toInt<tf.Tensor1D>()).reshape([...xt.shape, 4])
  }

const shares = (ids: ArrayLike<number>): number[] => {
  const counts = [0, 0, 0, 0, 0]
  for (let i = 0; i < ids.length; i++) counts[ids[i]!]!++
  return counts.map((count) => count / ids.length)
}

describe("d3pm", () => {
  it.each([
    ["uniform, 20 levels", uniformChain({ states: 4, levels: 20 })],
    ["absorbing, 20 levels", absorbingChain({ states: 4, levels: 20 })],
    ["absorbing, 3 levels", absorbingChain({ states: 4, levels: 3 })],
    ["absorbing, 1 level", absorbingChain({ states: 4, levels: 1 })],
    ["discretised Gaussian, 20 levels", discretisedGaussianChain({ states: 4, levels: 20, beta: (t) => 0.05 + 0.03 * t })],
  ])("with the best network draws the data's law: %s", async (_, chain) => {
    const ids = await sample(d3pm({ chain, network: bayes(chain), sites: 500 }), { batch: 8, condition: undefined, seed: 1 })
    expect(ids.dtype).toBe("int32")
    const got = shares(ids.dataSync())
    data.forEach((p, id) => expect(Math.abs(got[id]! - p)).toBeLessThan(0.03))
    expect(got[4]).toBe(0) // no mask is left
  })

  it("absorbing: masks only ever open, an even share at each step, and open sites stay", async () => {
    const chain = absorbingChain({ states: 4, levels: 5 })
    const process = d3pm({ chain, network: bayes(chain), sites: 2000 })
    let before = [...process.start(1, undefined, randomStream(0).samples([0])).dataSync()]
    expect(before.every((id) => id === 4)).toBe(true)
    for await (const { step, state } of refine(process, { batch: 1, condition: undefined, seed: 2 })) {
      const now = [...state.dataSync()]
      expect(before.every((id, site) => id === 4 || now[site] === id)).toBe(true)
      expect(Math.abs(now.filter((id) => id === 4).length / 2000 - (1 - step / 5))).toBeLessThan(0.04)
      before = now
    }
  })

  it("the last step is the law of the x_0 logits, where every x_0 is possible or the site is masked", () => {
    const logits = randomStream(1).normal([2, 3, 4])
    for (const chain of [uniformChain({ states: 4, levels: 3 }), absorbingChain({ states: 4, levels: 3 })]) {
      const xt = tf.fill([2, 3], chain.states - 1, "int32")
      const draw = tf.tensor2d([0, 1, 2, 3, 2, 1], [2, 3], "int32")
      const law = d3pm({ chain, network: () => logits, sites: 3 }).predict(xt, 3, undefined)
      const expected = tf.logSoftmax(logits).mul(tf.oneHot(draw, 4)).sum([1, 2])
      expect(tf.max(tf.abs(tf.sub(law.logProb(draw), expected))).dataSync()[0]).toBeLessThan(1e-4)
    }
  })

  it.each([uniformChain({ states: 4, levels: 4 }), absorbingChain({ states: 4, levels: 4 })])(
    "keeps the promises of a process; the laws of two sites sum to 1",
    async (chain) => {
      const network: DiscreteModel["network"] = (x) =>
        tf.sin(tf.mul(tf.add(tf.oneHot(x.toInt() as tf.Tensor2D, 5).slice([0, 0, 0], [-1, -1, 4]), 1), 3))
      const states = Array.from({ length: chain.states }, (_, state) => state)
      const pairs = states.flatMap((a) => states.map((b) => [a, b]))
      await checkBackwardProcess(d3pm({ chain, network, sites: 2 }), {
        condition: () => undefined,
        outcomes: (_, batch) => pairs.map((pair) => tf.tile(tf.tensor2d([pair], [1, 2], "int32"), [batch, 1])),
      })
    },
  )
})
