import { randomStream, tf, type Parameters } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { absorbingChain, discretisedGaussianChain, uniformChain, type DiscreteChain } from "./discrete-chain.ts"
import { discreteLoss, discreteLossTerms } from "./discrete-loss.ts"
import { noisedTokens } from "./discrete-reverse.ts"
import { transitionTensors } from "./transition-tensors.ts"

const chains: [string, DiscreteChain][] = [
  ["uniform", uniformChain({ states: 4, levels: 6 })],
  ["absorbing", absorbingChain({ states: 4, levels: 6 })],
  ["discretised Gaussian", discretisedGaussianChain({ states: 4, levels: 6, beta: (t) => 0.1 + 0.1 * t })],
]
const [B, L] = [6, 5]
const x0 = tf.tensor2d(randomStream(2).integers(B * L, 4), [B, L], "int32")
const levels = tf.tensor1d([1, 2, 3, 4, 5, 6], "int32")

describe.each(chains)("discreteLoss, %s chain", (name, chain) => {
  const tensors = transitionTensors(chain)
  const gumbel = randomStream(3).gumbel([B, L, chain.states])
  const xt = noisedTokens(x0, tf.sub(levels, tf.scalar(1, "int32")), gumbel, tensors)

  it("an oracle pays nothing", () => {
    const { variational, crossEntropy } = discreteLossTerms(tf.mul(tf.oneHot(x0, 4), 200), { x0, xt, levels }, tensors)
    for (const nats of [...variational.dataSync(), ...crossEntropy.dataSync()]) expect(Math.abs(nats)).toBeLessThan(1e-4)
  })

  it("uniform logits pay log V a site at level 1 where x_1 says nothing, and in the cross-entropy always", () => {
    const { variational, crossEntropy } = discreteLossTerms(tf.zeros([B, L, 4]), { x0, xt, levels }, tensors)
    for (const nats of crossEntropy.dataSync()) expect(nats).toBeCloseTo(L * Math.log(4), 4)
    const masked = name === "absorbing" ? [...xt.dataSync()].slice(0, L).filter((id) => id === 4).length : L
    expect(variational.dataSync()[0]).toBeCloseTo(masked * Math.log(4), 3)
    for (const nats of variational.dataSync()) expect(nats).toBeGreaterThan(-1e-5)
  })

  it("has gradients equal to finite differences, and is variational + lambda cross-entropy, per site", () => {
    const w = randomStream(4).normal([4])
    const network = (parameters: Parameters, x: tf.Tensor): tf.Tensor => tf.add(tf.zeros([...x.shape, 4]), parameters.w as tf.Tensor)
    const loss = discreteLoss(network, { tensors, crossEntropyWeight: 0.5 })
    const valueAt = (v: tf.Tensor): number => loss({ w: v }, { x0, levels, gumbel }).loss.dataSync()[0]!
    const { variational, crossEntropy } = discreteLossTerms(tf.add(tf.zeros([B, L, 4]), w), { x0, xt, levels }, tensors)
    expect(valueAt(w)).toBeCloseTo(tf.mean(tf.add(variational, tf.mul(crossEntropy, 0.5))).dataSync()[0]! / L, 5)
    const gradient = tf
      .grad((v: tf.Tensor) => loss({ w: v }, { x0, levels, gumbel }).loss)(w)
      .dataSync()
    for (let i = 0; i < 4; i++) {
      const nudge = tf
        .oneHot(tf.tensor1d([i], "int32"), 4)
        .reshape([4])
        .mul(0.02)
      expect(gradient[i]).toBeCloseTo((valueAt(tf.add(w, nudge)) - valueAt(tf.sub(w, nudge))) / 0.04, 3)
    }
  })

  it("leaks nothing", () => {
    const network = (_: Parameters, x: tf.Tensor): tf.Tensor => tf.zeros([...x.shape, 4])
    const before = tf.memory().numTensors
    tf.dispose(discreteLoss(network, { tensors })({}, { x0, levels, gumbel }))
    expect(tf.memory().numTensors).toBe(before)
  })
})
