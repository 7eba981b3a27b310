import { ConfigError, ops, tf, type Parameters } from "@scalewise/nn"
import { sumSites } from "../../distribution/sum-sites.ts"
import type { DiscretisedGaussianOptions } from "./discretised-gaussian.ts"
import { readOutput, type Parametrisation } from "./gaussian-reverse.ts"
import { levelValues } from "./level-values.ts"
import { noised, predictionTarget } from "./prediction.ts"
import { scheduleTables } from "./schedule-tables.ts"
import { variationalTerm } from "./variational-term.ts"

/** A denoising network: x_t [B, ..., C] and times [B] to [B, ..., C], or 2 C channels with a learned variance. */
export type DenoisingNetwork<P extends Parameters> = (parameters: P, xt: tf.Tensor, timesB: tf.Tensor, condition?: tf.Tensor) => tf.Tensor

/** What one training step is given; nothing is drawn inside it. */
export interface DiffusionBatch {
  /** Data [B, ..., C]; in [-1, 1] where the objective has a variational part. */
  x0: tf.Tensor
  /** t, int32 [B], from 1 to T; see `drawLevels`. */
  levels: tf.Tensor
  /** Standard normal, in the shape of `x0`. */
  noise: tf.Tensor
  /** Handed to the network. */
  condition?: tf.Tensor
  /** Importance weights [B]. @defaultValue 1 */
  weights?: tf.Tensor
}

/** Options of `diffusionLoss`. */
export interface DiffusionLossOptions extends Parametrisation {
  /** `simple`: squared error of the prediction (Eq. 6); `variational`: the bound; `hybrid`: both. @defaultValue "simple" */
  objective?: "simple" | "variational" | "hybrid"
  /** Weight of the bound in `hybrid`. @defaultValue 0.001 */
  boundWeight?: number
  /** The likelihood of level 1. @defaultValue 256 values, tanh */
  decoder?: DiscretisedGaussianOptions
}

/**
 * The loss of a training step as a pure function of parameters and batch. The bound is T times the term of the
 * drawn level, in bits per dimension: an unbiased estimate of the whole sum but for its constant prior term.
 * In `hybrid` it trains the variance only: its mean is detached (Nichol and Dhariwal 2021, Eq. 16).
 *
 * @returns the scalar `loss`, and `perSample` [B] without importance weights, which `recordLosses` wants
 * @throws ConfigError for `hybrid` without a learned variance, which would add nothing
 */
export function diffusionLoss<P extends Parameters>(
  network: DenoisingNetwork<P>,
  { objective = "simple", boundWeight = 0.001, decoder = {}, ...parametrisation }: DiffusionLossOptions,
): (parameters: P, batch: DiffusionBatch) => { loss: tf.Tensor; perSample: tf.Tensor } {
  const { schedule, prediction = "eps", variance = "posterior" } = parametrisation
  if (objective === "hybrid" && variance !== "learned")
    throw new ConfigError(`diffusionLoss: expected variance "learned" with the hybrid objective, got "${variance}"`)
  const tables = scheduleTables(schedule)

  return (parameters, { x0, levels: levelsB, noise, condition, weights }) =>
    tf.tidy(() => {
      const a = levelValues(tables.signal, levelsB, x0.rank)
      const s = levelValues(tables.noise, levelsB, x0.rank)
      const xt = noised(x0, noise, a, s)
      const output = network(parameters, xt, levelValues(schedule.times, levelsB, 1), condition)
      const reading = readOutput(output, xt, levelsB, parametrisation)
      const dimensions = x0.size / x0.shape[0]

      const simple = (): tf.Tensor => {
        const error = tf.squaredDifference(reading.predicted, predictionTarget(prediction, x0, noise, a, s)) // Eq. (6)
        return tf.div(sumSites(error), dimensions)
      }
      const bound = (): tf.Tensor => {
        const read = objective === "hybrid" ? { ...reading, x0: ops.stopGradient(reading.x0) } : reading
        const nats = variationalTerm({ x0, xt, levelsB }, read, parametrisation, decoder)
        return tf.mul(nats, schedule.levels / (dimensions * Math.LN2))
      }
      const perSample =
        objective === "simple" ? simple() : objective === "variational" ? bound() : tf.add(simple(), tf.mul(bound(), boundWeight))
      return { loss: tf.mean(weights ? tf.mul(perSample, weights) : perSample), perSample }
    })
}
