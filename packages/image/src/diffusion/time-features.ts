import { tf } from "@scalewise/nn"

/**
 * Times as sines and cosines of geometric frequencies, slowest 1 / 10000 (Vaswani et al. 2017, section 3.5): times [B] to
 * [B, width]. `width` is even.
 */
export function timeFeatures(timesB: tf.Tensor, width: number): tf.Tensor {
  return tf.tidy(() => {
    const half = width / 2
    const frequencies = tf.exp(tf.mul(tf.range(0, half), -Math.log(10_000) / half))
    const phases = tf.mul(tf.reshape(timesB, [-1, 1]), frequencies) // [B, half]
    return tf.concat([tf.cos(phases), tf.sin(phases)], 1)
  })
}
