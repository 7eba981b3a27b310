import { softmaxGradient, summed } from "../backend/kernels.ts"
import * as tf from "../backend/tf.ts"
import { withGradient } from "./with-gradient.ts"

/** Softmax over the last dimension. */
export function softmax(x: tf.Tensor): tf.Tensor {
  return withGradient(
    { x },
    (save) => {
      const y = tf.softmax(x)
      save([y])
      return y
    },
    (dy, [y]) => ({ x: () => softmaxGradient(y!, dy) }),
  )
}

/** Logarithm of the softmax over the last dimension. */
export function logSoftmax(x: tf.Tensor): tf.Tensor {
  return withGradient(
    { x },
    (save) => {
      const y = tf.logSoftmax(x)
      save([y])
      return y
    },
    (dy, [y]) => ({ x: () => tf.sub(dy, tf.mul(tf.exp(y!), summed(dy, [dy.rank - 1], true))) }),
  )
}
