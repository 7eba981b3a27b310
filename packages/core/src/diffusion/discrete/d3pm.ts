import { tf } from "@scalewise/nn"
import { categorical } from "../../distribution/categorical.ts"
import type { BackwardProcess } from "../../process/backward-process.ts"
import type { DiscreteChain } from "./discrete-chain.ts"
import { reverseLogProbs } from "./discrete-reverse.ts"
import { transitionTensors } from "./transition-tensors.ts"

/** All that sampling a discrete chain needs. */
export interface DiscreteModel<Condition = undefined> {
  /** Tokens x_t int32 [B, L] and levels [B] to logits over x_0 [B, L, D], with its parameters inside. */
  network: (xtBL: tf.Tensor, levelsB: tf.Tensor, condition: Condition) => tf.Tensor
  chain: DiscreteChain
  /** L, sites of one sample. */
  sites: number
  /** The condition that stands for "none", for guidance. */
  unconditional?: (condition: Condition) => Condition
  /** Turns tokens into what `readout` gives. @defaultValue the tokens themselves */
  decode?: (tokensBL: tf.Tensor) => tf.Tensor
}

/**
 * Ancestral sampling of a discrete chain (D3PM, Austin et al. 2021): step k draws x_{t-1}, t = T + 1 - k, from the
 * categorical mixture of posteriors over the network's x_0; the last step so draws from the x_0 logits themselves.
 * The state is x_t, int32 [B, L]. An absorbing chain of few levels is parallel decoding as in MaskGIT.
 */
export function d3pm<Condition = undefined>(model: DiscreteModel<Condition>): BackwardProcess<tf.Tensor, tf.Tensor, Condition, tf.Tensor> {
  const { chain, network, sites } = model
  return {
    steps: chain.levels,
    ...(model.unconditional && { unconditional: model.unconditional }),
    start: (batch, _, random) => {
      const logPrior = tf.tensor1d(Float32Array.from(chain.prior, (p) => Math.log(Math.max(p, 1e-30))))
      return tf.argMax(tf.add(random.fold("prior").gumbel([batch, sites, chain.states]), logPrior), -1)
    },
    predict(xt, step, condition) {
      const level = chain.levels + 1 - step
      const batch = xt.shape[0]
      const p0 = tf.softmax(network(xt, tf.fill([batch], level), condition))
      return categorical(reverseLogProbs(p0, xt, tf.zeros([batch], "int32"), transitionTensors(chain, [level])))
    },
    advance: (_, __, draw) => draw,
    readout: (xt) => model.decode?.(xt) ?? xt,
  }
}
