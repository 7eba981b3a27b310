import { randomStream, tf } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import type { DiscreteModel } from "./d3pm.ts"
import { discreteBound } from "./discrete-bound.ts"
import { absorbingChain, discretisedGaussianChain, uniformChain, type DiscreteChain } from "./discrete-chain.ts"

const samples = (count: number): ReturnType<typeof randomStream> => randomStream(3).samples(Array.from({ length: count }, (_, id) => id))
const mean = (values: Float64Array): number => values.reduce((a, b) => a + b) / values.length
const chains: [string, DiscreteChain][] = [
  ["uniform", uniformChain({ states: 3, levels: 12 })],
  ["absorbing", absorbingChain({ states: 3, levels: 12 })],
  ["discretised Gaussian", discretisedGaussianChain({ states: 3, levels: 12, beta: (t) => 0.1 + 0.05 * t })],
]

describe("discreteBound", () => {
  it.each(chains)("%s: an oracle pays nothing at any level", async (_, chain) => {
    const x0 = tf.tensor2d([0, 1, 2, 1], [2, 2], "int32")
    const network = (): tf.Tensor => tf.mul(tf.oneHot(x0, 3), 100)
    const { terms, prior, natsBound } = await discreteBound({ chain, network, sites: 2 }, x0, { condition: undefined, random: samples(2) })
    for (const term of terms) for (const nats of term) expect(Math.abs(nats)).toBeLessThan(1e-12)
    expect(natsBound[0]).toBeCloseTo(prior[0]!, 12)
  })

  it("one masking level is no bound but exact: uniform logits give L log V", async () => {
    const chain = absorbingChain({ states: 3, levels: 1 })
    const x0 = tf.tensor2d([0, 1, 2, 1, 0], [1, 5], "int32")
    const network: DiscreteModel["network"] = (x) => tf.zeros([...x.shape, 3])
    const { natsBound, prior } = await discreteBound({ chain, network, sites: 5 }, x0, { condition: undefined, random: samples(1) })
    expect(natsBound[0]).toBeCloseTo(5 * Math.log(3), 10)
    expect(prior[0]).toBe(0)
  })

  it.each(chains)("%s: uniform data and uniform logits cost at least L log V; masking exactly that in expectation", async (name, chain) => {
    const [B, L] = [50, 40]
    const x0 = tf.tensor2d(randomStream(9).integers(B * L, 3), [B, L], "int32")
    // The best belief about independent uniform data: proportional to Qbar_t[x_0, x_t]
    const network: DiscreteModel["network"] = (x, levels) => {
      const product = chain.products[levels.dataSync()[0]!]!
      const rows = Array.from({ length: chain.states }, (_, i) =>
        [0, 1, 2].map((d) => Math.log(Math.max(1e-30, product[d * chain.states + i]!))),
      )
      return tf.gather(tf.tensor2d(rows), x.flatten().toInt<tf.Tensor1D>()).reshape([...x.shape, 3])
    }
    const nats = mean((await discreteBound({ chain, network, sites: L }, x0, { condition: undefined, random: samples(B) })).natsBound) / L
    expect(nats).toBeGreaterThan(Math.log(3) - 0.05)
    expect(nats).toBeLessThan(name === "absorbing" ? Math.log(3) + 0.05 : Infinity)
  })

  it("does not depend on the batch, and leaks nothing", async () => {
    const chain = uniformChain({ states: 3, levels: 4 })
    const network: DiscreteModel["network"] = (x) => tf.oneHot(x.toInt(), 3)
    const x0 = tf.tensor2d([0, 1, 2, 2], [2, 2], "int32")
    const last = tf.tensor2d([2, 2], [1, 2], "int32")
    const before = tf.memory().numTensors
    const both = await discreteBound({ chain, network, sites: 2 }, x0, { condition: undefined, random: randomStream(1).samples([0, 8]) })
    const one = await discreteBound({ chain, network, sites: 2 }, last, { condition: undefined, random: randomStream(1).samples([8]) })
    expect(both.natsBound[1]).toBe(one.natsBound[0])
    expect(tf.memory().numTensors).toBe(before)
  })
})
