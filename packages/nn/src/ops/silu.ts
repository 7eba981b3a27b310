import { sigmoidGradient } from "../backend/kernels.ts"
import * as tf from "../backend/tf.ts"
import { fusedActivation } from "./fused.ts"
import { withGradient } from "./with-gradient.ts"

/** x sigmoid(x). */
export function silu(x: tf.Tensor): tf.Tensor {
  return fusedActivation("ScalewiseSilu", x) ?? composed(x)
}

function composed(x: tf.Tensor): tf.Tensor {
  return withGradient(
    { x },
    (save) => {
      const gate = tf.sigmoid(x)
      save([x, gate])
      return tf.mul(x, gate)
    },
    (dy, [value, gate]) => ({ x: () => tf.mul(dy, tf.add(sigmoidGradient(gate!, value!), gate!)) }),
  )
}
