import { tf } from "@scalewise/nn"

/**
 * What a denoising network is trained to say about x_t = a x_0 + s eps, where a = sqrt(abar_t), s = sqrt(1 - abar_t):
 * the noise eps, the data x0, or the velocity v = a eps - s x0 (Salimans and Ho 2022, section 4).
 */
export type Prediction = "eps" | "x0" | "v"

/** A scale of one level: a number, or one per sample as [B, 1, ..., 1]. */
export type Scale = number | tf.Tensor

/** x_t = a x_0 + s eps: the closed form of the noising chain. Shapes equal `x0`. */
export const noised = (x0: tf.Tensor, eps: tf.Tensor, a: Scale, s: Scale): tf.Tensor => tf.tidy(() => tf.add(tf.mul(x0, a), tf.mul(eps, s))) // Eq. (4)

/** What a network of that kind should predict: its target in Eq. (6). */
export function predictionTarget(kind: Prediction, x0: tf.Tensor, eps: tf.Tensor, a: Scale, s: Scale): tf.Tensor {
  if (kind === "eps") return eps
  if (kind === "x0") return x0
  return tf.tidy(() => tf.sub(tf.mul(eps, a), tf.mul(x0, s)))
}

/** The data that `output` implies at x_t. Shapes equal `xt`. */
export function toX0(kind: Prediction, output: tf.Tensor, xt: tf.Tensor, a: Scale, s: Scale): tf.Tensor {
  if (kind === "x0") return output
  if (kind === "eps") return tf.tidy(() => tf.div(tf.sub(xt, tf.mul(output, s)), a))
  return tf.tidy(() => tf.sub(tf.mul(xt, a), tf.mul(output, s)))
}

/** The noise that `output` implies at x_t. Shapes equal `xt`. */
export function toEps(kind: Prediction, output: tf.Tensor, xt: tf.Tensor, a: Scale, s: Scale): tf.Tensor {
  if (kind === "eps") return output
  if (kind === "x0") return tf.tidy(() => tf.div(tf.sub(xt, tf.mul(output, a)), s))
  return tf.tidy(() => tf.add(tf.mul(xt, s), tf.mul(output, a)))
}

/** The velocity that `output` implies at x_t. Shapes equal `xt`. */
export function toV(kind: Prediction, output: tf.Tensor, xt: tf.Tensor, a: Scale, s: Scale): tf.Tensor {
  if (kind === "v") return output
  return tf.tidy(() => tf.sub(tf.mul(toEps(kind, output, xt, a, s), a), tf.mul(toX0(kind, output, xt, a, s), s)))
}
