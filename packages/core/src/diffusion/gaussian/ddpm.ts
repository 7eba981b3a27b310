import type { tf } from "@scalewise/nn"
import { gaussian } from "../../distribution/gaussian.ts"
import { pointMass } from "../../distribution/point-mass.ts"
import type { BackwardProcess } from "../../process/backward-process.ts"
import { denoise, startNoise, type DiffusionModel } from "./diffusion-model.ts"
import { posteriorMean, reverseLogVariance } from "./gaussian-reverse.ts"

/**
 * Ancestral sampling (Ho et al. 2020, algorithm 2): step k draws x_{t-1} from the Gaussian p(x_{t-1} | x_t) of Eq. 5,
 * t = T + 1 - k; the last step takes its mean. The state is x_t itself.
 */
export function ddpm<Condition = undefined>(model: DiffusionModel<Condition>): BackwardProcess<tf.Tensor, tf.Tensor, Condition, tf.Tensor> {
  const { levels } = model.schedule
  return {
    steps: levels,
    ...(model.unconditional && { unconditional: model.unconditional }),
    start: (batch, _, random) => startNoise(model, batch, random),
    predict(xt, step, condition) {
      const level = levels + 1 - step
      const reading = denoise(model, xt, level, condition)
      const mean = posteriorMean(reading.x0, xt, reading.levelsB, model.schedule)
      return level === 1 ? pointMass(mean) : gaussian({ mean, logVariance: reverseLogVariance(reading, reading.levelsB, model) }) // Eq. (5)
    },
    advance: (_, __, draw) => draw,
    readout: (x) => model.decode?.(x) ?? x,
  }
}
