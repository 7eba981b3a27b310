import { nativeBackend, typeAttribute } from "../backend/native-backend.ts"
import * as tf from "../backend/tf.ts"
import type { FlatParameters } from "../parameters.ts"

/**
 * Gradients scaled by `min(1, limit / (norm + 1e-6))` where `norm` is the Euclidean norm of all of them together,
 * as PyTorch's `clip_grad_norm_` does; also the norm before clipping (scalar). The caller disposes.
 */
export function clipByGlobalNorm(gradients: FlatParameters, limit: number): { gradients: FlatParameters; norm: tf.Scalar } {
  return tf.tidy(() => {
    const squares = Object.values(gradients).map(squaredNorm)
    const norm = squares.length === 0 ? tf.scalar(0) : tf.sqrt(tf.addN(squares))
    const scale = tf.minimum(tf.div(limit, tf.add(norm, 1e-6)), 1)
    return { gradients: Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, scale)])), norm }
  })
}

function squaredNorm(gradient: tf.Tensor): tf.Scalar {
  const native = nativeBackend()
  if (native === undefined) return tf.sum(tf.square(gradient))
  const half = native.executeSingleOutput("L2Loss", [typeAttribute(native, "T")], [gradient]) // One pass, no temporary.
  return tf.mul(half, 2)
}
