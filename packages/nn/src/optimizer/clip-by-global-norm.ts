import { nativeBackend, typeAttribute } from "../backend/native-backend.ts"
import * as tf from "../backend/tf.ts"
import type { FlatParameters } from "../parameters.ts"

/**
 * Gradients scaled by `min(1, limit / (norm + 1e-6))` where `norm` is the Euclidean norm of all of them together,
 * as PyTorch's `clip_grad_norm_` does; also the norm before clipping (scalar). The caller disposes.
 */
export function clipByGlobalNorm(gradients: FlatParameters, limit: number): { gradients: FlatParameters; norm: tf.Scalar } {
  return tf.tidy(() => {
    const native = nativeBackend()
    // L2Loss is half the sum of squares, in one pass and without a temporary.
    const sums = Object.values(gradients).map((gradient) =>
      native ? native.executeSingleOutput("L2Loss", [typeAttribute(native, "T")], [gradient]) : tf.sum(tf.square(gradient)),
    )
    const norm: tf.Scalar = sums.length === 0 ? tf.scalar(0) : tf.sqrt(tf.mul(tf.addN(sums), native ? 2 : 1))
    const scale = tf.minimum(tf.div(limit, tf.add(norm, 1e-6)), 1)
    return { gradients: Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, scale)])), norm }
  })
}
