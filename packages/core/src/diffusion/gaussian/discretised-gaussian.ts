import { tf } from "@scalewise/nn"

/** Options of `discretisedGaussianLogProb`. */
export interface DiscretisedGaussianOptions {
  /** Number of values of a channel, evenly spaced over [-1, 1]. @defaultValue 256 */
  values?: number
  /** `tanh` approximates the normal distribution function as the reference code does; `erf` is exact. @defaultValue "tanh" */
  cdf?: "tanh" | "erf"
}

/**
 * log of the mass that N(mean, exp(logVariance)) has on the bin around each value of `x` (Ho et al. 2020, Eq. 13). The
 * two outermost bins (|x| > 0.999) are open, and no bin has less than 1e-12. Differentiable in mean and log variance.
 *
 * @param x - data in [-1, 1]
 * @returns natural log, in the shape of `x`
 */
export function discretisedGaussianLogProb(
  x: tf.Tensor,
  mean: tf.Tensor,
  logVariance: tf.Tensor,
  { values = 256, cdf = "tanh" }: DiscretisedGaussianOptions = {},
): tf.Tensor {
  const normalCdf = cdf === "erf" ? erfCdf : tanhCdf
  return tf.tidy(() => {
    const centred = tf.sub(x, mean)
    const precision = tf.exp(tf.mul(logVariance, -0.5))
    const halfBin = 1 / (values - 1)
    // Masks are made of data alone, so no gradient has to pass a comparison
    const lowest = tf.cast(tf.less(x, -0.999), "float32")
    const highest = tf.cast(tf.greater(x, 0.999), "float32")
    const upper = tf.maximum(normalCdf(tf.mul(precision, tf.add(centred, halfBin))), highest)
    const lower = tf.mul(normalCdf(tf.mul(precision, tf.sub(centred, halfBin))), tf.sub(1, lowest))
    return tf.log(tf.maximum(tf.sub(upper, lower), 1e-12))
  })
}

const erfCdf = (z: tf.Tensor): tf.Tensor => tf.mul(tf.add(tf.erf(tf.mul(z, Math.SQRT1_2)), 1), 0.5)

const tanhCdf = (z: tf.Tensor): tf.Tensor =>
  tf.mul(tf.add(tf.tanh(tf.mul(tf.add(z, tf.mul(tf.mul(tf.square(z), z), 0.044715)), Math.sqrt(2 / Math.PI))), 1), 0.5)
