import * as tf from "../backend/tf.ts"
import type { RandomStream } from "../random/random-stream.ts"

/**
 * One draw from each row of logits [..., C]: int32 [...]. The largest of logits + Gumbel noise, which is an exact draw from the
 * softmax; the noise is equal on every backend.
 */
export function sampleCategorical(logits: tf.Tensor, random: RandomStream): tf.Tensor {
  return tf.tidy(() => tf.argMax(tf.add(logits, random.gumbel(logits.shape)), -1))
}
