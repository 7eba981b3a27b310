import { ops, tf } from "@scalewise/nn"

/** log(1 / (1 + exp(-x))) without overflow at either end. Same shape as `x`. */
export function logSigmoid(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => ops.binaryCrossEntropyWithLogits(x, tf.onesLike(x)).neg())
}
