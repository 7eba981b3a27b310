import { randomStream, tf } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { absorbingChain, discretisedGaussianChain, uniformChain, type DiscreteChain } from "./discrete-chain.ts"
import { discretePosterior, discreteReverse } from "./discrete-posterior.ts"
import { noisedTokens, reverseLogProbs } from "./discrete-reverse.ts"
import { transitionTensors } from "./transition-tensors.ts"

const chains: [string, DiscreteChain][] = [
  ["uniform", uniformChain({ states: 5, levels: 7 })],
  ["absorbing", absorbingChain({ states: 5, levels: 7 })],
  ["discretised Gaussian", discretisedGaussianChain({ states: 5, levels: 7, beta: (t) => 0.1 * t })],
  ["discretised Gaussian, far states out of reach", discretisedGaussianChain({ states: 40, levels: 100, beta: (t) => 1e-3 + 2e-3 * t })],
]

describe("discrete reverse in tensors", () => {
  it.each(chains)("%s: equals the float64 form at every level", (_, chain) => {
    const { levels: T, states: V, dataStates: D } = chain
    const tensors = transitionTensors(chain)
    const slots = Array.from({ length: Math.min(T, 10) }, (_, i) => Math.floor((i * T) / Math.min(T, 10)))
    const B = slots.length
    const p0 = tf.softmax(randomStream(1).normal([B, 3, D]))
    const x0 = tf.tensor2d(randomStream(2).integers(B * 3, D), [B, 3], "int32")
    const slotsB = tf.tensor1d(slots, "int32")
    const xt = noisedTokens(x0, slotsB, randomStream(3).gumbel([B, 3, V]), tensors)
    const [ids, data, beliefs] = [xt.dataSync(), x0.dataSync(), p0.dataSync()]
    const model = tf.exp(reverseLogProbs(p0, xt, slotsB, tensors)).dataSync()
    const truth = tf.exp(reverseLogProbs(tf.oneHot(x0, D), xt, slotsB, tensors)).dataSync()
    for (let site = 0; site < B * 3; site++) {
      const level = slots[Math.floor(site / 3)]! + 1
      const expected = discreteReverse(chain, level, ids[site]!, beliefs.subarray(site * D, (site + 1) * D))
      expected.forEach((p, j) => expect(model[site * V + j]).toBeCloseTo(p, 4))
      discretePosterior(chain, level, ids[site]!, data[site]!).forEach((p, j) => expect(truth[site * V + j]).toBeCloseTo(p, 4))
    }
  })

  it("jumps to a level with the law of the product matrix", () => {
    const chain = uniformChain({ states: 3, levels: 4 })
    const tensors = transitionTensors(chain, [2])
    const x0 = tf.fill([1, 20_000], 1, "int32")
    const counts = [0, 0, 0]
    for (const id of noisedTokens(x0, tf.zeros([1], "int32"), randomStream(1).gumbel([1, 20_000, 3]), tensors).dataSync()) counts[id]!++
    counts.forEach((count, j) => expect(Math.abs(count / 20_000 - chain.products[2]![3 + j]!)).toBeLessThan(0.015))
  })
})
