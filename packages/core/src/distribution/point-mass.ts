import { ConfigError, tf } from "@scalewise/nn"
import type { Distribution } from "./distribution.ts"
import { sumSites } from "./sum-sites.ts"

/** The law of a step without chance (DDIM with eta = 0, the last step of a chain); a draw is `value` itself. */
export interface PointMass extends Distribution<tf.Tensor> {
  readonly family: "point-mass"
  /** The only possible draw [B, ...]. */
  readonly value: tf.Tensor
}

/** All probability on `value` [B, ...]: log probability 0 there, -Infinity elsewhere. */
export function pointMass(value: tf.Tensor): PointMass {
  return {
    family: "point-mass",
    value,
    sample: () => value.clone(),
    mode: () => value.clone(),
    logProb: (draw) =>
      tf.tidy(() => {
        const differing = sumSites(draw.notEqual(value).toFloat())
        return tf.where(differing.greater(0), tf.fill(differing.shape, -Infinity), tf.zerosLike(differing))
      }),
    entropy: () => tf.zeros([value.shape[0]]),
    guidedFrom(unconditional, scale) {
      if (!isPointMass(unconditional)) throw new ConfigError("pointMass: expected to be guided from another point mass")
      return scale === 1 ? this : pointMass(tf.tidy(() => value.add(value.sub(unconditional.value).mul(scale - 1))))
    },
  }
}

/** Whether a law is a point mass. */
export function isPointMass(law: object): law is PointMass {
  return "family" in law && law.family === "point-mass"
}
