import { plus, sigmoidGradient, times } from "../backend/kernels.ts"
import { constant } from "../backend/constant.ts"
import * as tf from "../backend/tf.ts"
import { fusedActivation } from "./fused.ts"
import { withGradient } from "./with-gradient.ts"

const logOfDensityAtZero = -0.5 * Math.log(2 * Math.PI)

/** x times the normal distribution function at x (Hendrycks & Gimpel, arXiv 1606.08415), by the error function. */
export function gelu(x: tf.Tensor): tf.Tensor {
  return fusedActivation("ScalewiseGelu", x) ?? composedExact(x)
}

function composedExact(x: tf.Tensor): tf.Tensor {
  return withGradient(
    { x },
    (save) => {
      const t = times(x, Math.SQRT1_2)
      const below = plus(times(tf.erf(t), 0.5), 0.5) // P(normal < x)
      save([x, t, below])
      return tf.mul(x, below)
    },
    (dy, [value, t, below]) => ({
      // d/dx = P(x) + x p(x), where p(x) = exp(-t^2) / sqrt(2 pi)
      x: () => {
        const density = tf.exp(tf.sub(constant(logOfDensityAtZero), tf.square(t!)))
        return tf.mul(dy, tf.add(tf.mul(value!, density), below!))
      },
    }),
  )
}

const slope = 2 * Math.sqrt(2 / Math.PI)
const cubic = 0.044715 * slope

/** The tanh form of GELU, written as x sigmoid(v) with v = 2 sqrt(2 / pi) (x + 0.044715 x^3): the same function. */
export function geluTanh(x: tf.Tensor): tf.Tensor {
  return fusedActivation("ScalewiseGeluTanh", x) ?? composedTanh(x)
}

function composedTanh(x: tf.Tensor): tf.Tensor {
  return withGradient(
    { x },
    (save) => {
      const v = tf.mul(x, plus(times(tf.square(x), cubic), slope))
      const gate = tf.sigmoid(v)
      save([x, v, gate])
      return tf.mul(x, gate)
    },
    (dy, [value, v, gate]) => ({
      // d/dx = gate + gate (1 - gate) x v', where x v' = 3 v - 2 slope x
      x: () => {
        const xSlope = tf.sub(times(v!, 3), times(value!, 2 * slope))
        return tf.mul(dy, tf.add(sigmoidGradient(gate!, xSlope), gate!))
      },
    }),
  )
}
