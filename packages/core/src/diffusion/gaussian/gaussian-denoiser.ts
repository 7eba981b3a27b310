import { tf } from "@scalewise/nn"
import type { Denoiser } from "./diffusion-model.ts"
import { levelValues } from "./level-values.ts"
import type { NoiseSchedule } from "./noise-schedule.ts"

/** Options of `gaussianDenoiser`. */
export interface GaussianDenoiserOptions {
  /** The schedule whose levels are the times that the denoiser is told: the one before any respacing. */
  schedule: NoiseSchedule
  /** Mean of the data: a number, or a tensor [...] for every site. @defaultValue 0 */
  mean?: number | tf.Tensor
  /** Standard deviation of the data, the same at every site. @defaultValue 1 */
  deviation?: number
}

/**
 * The best possible denoiser of independent Gaussian data, E[x_0 | x_t]: the floor for a learned one on data of that mean
 * and variance, and the case in which every sampler can be checked. A prediction of kind "x0".
 */
export function gaussianDenoiser({ schedule, mean = 0, deviation = 1 }: GaussianDenoiserOptions): Denoiser<unknown> {
  const variance = deviation ** 2
  const total = schedule.alphaBars.map((bar) => bar * variance + 1 - bar) // Var[x_t]
  const ofXt = schedule.alphaBars.map((bar, t) => (variance * Math.sqrt(bar)) / total[t]!)
  const ofMean = schedule.alphaBars.map((bar, t) => (1 - bar) / total[t]!)
  return (xt, timesB) =>
    tf.tidy(() => {
      const levelsB = tf.cast(timesB, "int32")
      return tf.add(tf.mul(xt, levelValues(ofXt, levelsB, xt.rank)), tf.mul(levelValues(ofMean, levelsB, xt.rank), mean))
    })
}
