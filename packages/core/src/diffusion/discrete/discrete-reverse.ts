import { tf } from "@scalewise/nn"
import type { TransitionTensors } from "./transition-tensors.ts"

// B batch, L sites, D states of data, V states in all

/**
 * log p(x_{t-1} | x_t) = log of the mixture of posteriors over x_0 (`discreteReverse`), as tensors and differentiable in
 * `p0BLD`. With a one-hot x_0 in the place of the probabilities it is the posterior q(x_{t-1} | x_t, x_0) itself.
 *
 * @param p0BLD - what the network believes of x_0
 * @param xtBL - int32
 * @param slotsB - int32, each sample's level as a slot of `tensors`
 * @returns [B, L, V], at least log(1e-30)
 */
export function reverseLogProbs(p0BLD: tf.Tensor, xtBL: tf.Tensor, slotsB: tf.Tensor, tensors: TransitionTensors): tf.Tensor {
  const [B, L] = xtBL.shape as [number, number]
  const { states: V, dataStates: D } = tensors
  return tf.tidy(() => {
    const rows = rowOf(xtBL, slotsB, V)
    const beforeBDV = tf.gather(tensors.before, slotsB).reshape<tf.Tensor3D>([B, D, V])
    const weighted = tf.mul<tf.Tensor3D>(p0BLD, tf.gather(tensors.weights, rows).reshape([B, L, D]))
    const reverse = tf.mul(tf.matMul(weighted, beforeBDV), tf.gather(tensors.into, rows).reshape([B, L, V]))
    const total = tf.sum(reverse, -1, true)
    return tf.log(tf.maximum(tf.div(reverse, tf.maximum(total, 1e-30)), 1e-30))
  })
}

/**
 * x_t ~ q(x_t | x_0) (Austin et al. 2021, Eq. 3), given the noise.
 *
 * @param x0BL - int32
 * @param gumbelBLV - standard Gumbel noise
 * @returns int32 [B, L]
 */
export const noisedTokens = (x0BL: tf.Tensor, slotsB: tf.Tensor, gumbelBLV: tf.Tensor, tensors: TransitionTensors): tf.Tensor =>
  tf.tidy(() => {
    const logits = tf.gather(tensors.logReached, rowOf(x0BL, slotsB, tensors.dataStates)).reshape(gumbelBLV.shape)
    return tf.argMax(tf.add(logits, gumbelBLV), -1)
  })

/** slot * width + token, flat. */
const rowOf = (tokensBL: tf.Tensor, slotsB: tf.Tensor, width: number): tf.Tensor1D =>
  tf.add(tokensBL, tf.mul(slotsB.reshape([-1, 1]), tf.scalar(width, "int32"))).reshape([-1])
