import { tf } from "@scalewise/nn"
import type { ForwardProcess } from "../../process/forward-process.ts"
import type { NoiseSchedule } from "./noise-schedule.ts"

/**
 * The noising chain as a forward process: one walk x_0, x_1, .., x_T by Eq. 3, told backwards. Refinement step k
 * undoes level T + 1 - k, so its target is x_{T-k}, and the last target is the data itself.
 *
 * Training needs no walk: `diffusionLoss` reaches any level in one jump (Eq. 4).
 */
export function gaussianNoising(schedule: NoiseSchedule): ForwardProcess<tf.Tensor, tf.Tensor> {
  return {
    steps: schedule.levels,
    targets(data, random) {
      const walk = [tf.clone(data)]
      for (let t = 1; t < schedule.levels; t++) {
        const beta = schedule.betas[t]!
        const next = tf.tidy(() =>
          tf.add(tf.mul(walk[t - 1]!, Math.sqrt(1 - beta)), tf.mul(random.fold("chain").fold(t).normal(data.shape), Math.sqrt(beta))),
        ) // Eq. (3)
        walk.push(next)
      }
      return walk.toReversed()
    },
  }
}
