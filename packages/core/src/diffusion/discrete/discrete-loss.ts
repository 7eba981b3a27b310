import { tf, type Parameters } from "@scalewise/nn"
import { sumSites } from "../../distribution/sum-sites.ts"
import { noisedTokens, reverseLogProbs } from "./discrete-reverse.ts"
import type { TransitionTensors } from "./transition-tensors.ts"

// B batch, L sites, D states of data, V states in all

/** Tokens x_t int32 [B, L] and levels [B] (float) to logits over x_0 [B, L, D]. */
export type TokenNetwork<P extends Parameters> = (parameters: P, xtBL: tf.Tensor, levelsB: tf.Tensor, condition?: tf.Tensor) => tf.Tensor

/** What one training step is given; nothing is drawn inside it. */
export interface DiscreteBatch {
  /** Tokens, int32 [B, L], below D. */
  x0: tf.Tensor
  /** t, int32 [B], from 1 to T. */
  levels: tf.Tensor
  /** Standard Gumbel noise [B, L, V]. */
  gumbel: tf.Tensor
  /** Handed to the network. */
  condition?: tf.Tensor
}

/** Options of `discreteLoss`. */
export interface DiscreteLossOptions {
  /** All levels of the chain, from `transitionTensors(chain)`. Above 1 MiB a captured step refuses them as constants and runs eagerly. */
  tensors: TransitionTensors
  /** lambda, the weight of the cross-entropy of x_0; 0.001 for images, 0.01 for text in the paper. @defaultValue 0.001 */
  crossEntropyWeight?: number
}

/** The two parts of the loss, nats summed over the sites, [B]. */
export interface DiscreteLossTerms {
  /** KL(q(x_{t-1} | x_t, x_0) || p(x_{t-1} | x_t)); at level 1 this is -log p(x_0 | x_1). */
  variational: tf.Tensor
  /** -log p(x_0 | x_t). */
  crossEntropy: tf.Tensor
}

/** Both parts for given logits over x_0 [B, L, D] (Austin et al. 2021, Eqs. 1 and 5). `levels` int32 [B]. */
export function discreteLossTerms(
  logitsBLD: tf.Tensor,
  { x0, xt, levels }: { x0: tf.Tensor; xt: tf.Tensor; levels: tf.Tensor },
  tensors: TransitionTensors,
): DiscreteLossTerms {
  return tf.tidy(() => {
    const slots = tf.sub(levels, tf.scalar(1, "int32"))
    const truth = tf.cast(tf.oneHot(x0 as tf.Tensor2D, tensors.dataStates), "float32")
    const posterior = reverseLogProbs(truth, xt, slots, tensors)
    const model = reverseLogProbs(tf.softmax(logitsBLD), xt, slots, tensors)
    const variational = sumSites(tf.mul(tf.exp(posterior), tf.sub(posterior, model)))
    const crossEntropy = tf.neg(sumSites(tf.mul(truth, tf.logSoftmax(logitsBLD))))
    return { variational, crossEntropy }
  })
}

/**
 * The loss of a training step as a pure function of parameters and batch: variational term + lambda * cross-entropy at
 * the drawn level, nats per site (Austin et al. 2021, Eq. 5). T times the first part estimates the bound without its prior.
 *
 * @returns the scalar `loss` and `perSample` [B]
 */
export function discreteLoss<P extends Parameters>(
  network: TokenNetwork<P>,
  { tensors, crossEntropyWeight = 0.001 }: DiscreteLossOptions,
): (parameters: P, batch: DiscreteBatch) => { loss: tf.Tensor; perSample: tf.Tensor } {
  return (parameters, { x0, levels, gumbel, condition }) =>
    tf.tidy(() => {
      const xt = noisedTokens(x0, tf.sub(levels, tf.scalar(1, "int32")), gumbel, tensors)
      const logits = network(parameters, xt, tf.cast(levels, "float32"), condition)
      const { variational, crossEntropy } = discreteLossTerms(logits, { x0, xt, levels }, tensors)
      const perSample = tf.div(tf.add(variational, tf.mul(crossEntropy, crossEntropyWeight)), x0.shape[1]!)
      return { loss: tf.mean(perSample), perSample }
    })
}
