import { ConfigError, tf } from "@scalewise/nn"
import { gaussian } from "../../distribution/gaussian.ts"
import { pointMass } from "../../distribution/point-mass.ts"
import type { BackwardProcess } from "../../process/backward-process.ts"
import { denoise, startNoise, type DiffusionModel } from "./diffusion-model.ts"
import { noiseScale, signalScale } from "./noise-schedule.ts"

/** Options of `ddim`. */
export interface DdimOptions {
  /** Share of fresh noise: 0 is deterministic, 1 has the variances of `ddpm`'s posterior. @defaultValue 0 */
  eta?: number
}

/**
 * DDIM (Song et al. 2021, Eqs. 12 and 16): step k draws x_{t-1} = a' x_0 + sqrt(s'^2 - sigma^2) eps + sigma noise,
 * t = T + 1 - k, where x_0 and eps are the network's. Made for a `respaced` schedule. The state is x_t itself.
 *
 * @throws ConfigError for an eta outside [0, 1]
 */
export function ddim<Condition = undefined>(
  model: DiffusionModel<Condition>,
  { eta = 0 }: DdimOptions = {},
): BackwardProcess<tf.Tensor, tf.Tensor, Condition, tf.Tensor> {
  if (!(eta >= 0 && eta <= 1)) throw new ConfigError(`ddim: expected eta from 0 to 1, got ${eta}`)
  const { schedule } = model
  return {
    steps: schedule.levels,
    ...(model.unconditional && { unconditional: model.unconditional }),
    start: (batch, _, random) => startNoise(model, batch, random),
    predict(xt, step, condition) {
      const level = schedule.levels + 1 - step
      const { x0, eps } = denoise(model, xt, level, condition)
      const noise = noiseScale(schedule, level - 1)
      const sigma = eta * (noise / noiseScale(schedule, level)) * Math.sqrt(schedule.betas[level]!)
      const mean = tf.add(tf.mul(x0, signalScale(schedule, level - 1)), tf.mul(eps, Math.sqrt(Math.max(0, noise ** 2 - sigma ** 2))))
      return sigma === 0 ? pointMass(mean) : gaussian({ mean, logVariance: 2 * Math.log(sigma) })
    },
    advance: (_, __, draw) => draw,
    readout: (x) => model.decode?.(x) ?? x,
  }
}
