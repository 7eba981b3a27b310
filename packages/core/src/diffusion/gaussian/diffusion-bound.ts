import { tf, type RandomStream } from "@scalewise/nn"
import { sumSites } from "../../distribution/sum-sites.ts"
import { denoise, type DiffusionModel } from "./diffusion-model.ts"
import type { DiscretisedGaussianOptions } from "./discretised-gaussian.ts"
import { noiseScale, signalScale, type NoiseSchedule } from "./noise-schedule.ts"
import { noised } from "./prediction.ts"
import { gaussianKl, variationalTerm } from "./variational-term.ts"

/** Options of `diffusionBound`. */
export interface DiffusionBoundOptions<Condition> extends DiscretisedGaussianOptions {
  condition: Condition
  /** One branch per sample. */
  random: RandomStream
}

/** An upper bound of -log p(x), per sample, with its parts. */
export interface DiffusionBound {
  /** Sum of all parts over (D ln 2): at least the model's bits per dimension, in expectation over the noise. */
  bitsPerDimensionBound: Float64Array
  /** KL(q(x_T | x_0) || N(0, 1)), nats. */
  prior: Float64Array
  /** `terms[t - 1]` is the part of level t, nats; level 1 is the decoder's. */
  terms: Float64Array[]
}

/**
 * The variational bound of data in [-1, 1], all T terms (Ho et al. 2020, Eq. 5). Each term is in closed form given
 * x_t, and x_t is drawn once per term. T network evaluations; sums are kept in float64.
 */
export async function diffusionBound<Condition>(
  model: DiffusionModel<Condition>,
  x0: tf.Tensor,
  { condition, random, ...decoder }: DiffusionBoundOptions<Condition>,
): Promise<DiffusionBound> {
  const { schedule } = model
  const prior = await nats(() => priorKl(x0, schedule))
  const terms: Float64Array[] = []
  for (let level = 1; level <= schedule.levels; level++) {
    const term = nats(() => {
      const noise = random.fold("bound").fold(level).normal(x0.shape)
      const xt = noised(x0, noise, signalScale(schedule, level), noiseScale(schedule, level))
      const reading = denoise(model, xt, level, condition)
      return variationalTerm({ x0, xt, levelsB: reading.levelsB }, reading, model, decoder)
    })
    terms.push(await term)
  }
  const dimensions = x0.size / x0.shape[0]
  const total = prior.map((value, b) => terms.reduce((sum, term) => sum + term[b]!, value))
  return { bitsPerDimensionBound: total.map((value) => value / (dimensions * Math.LN2)), prior, terms }
}

/** KL(q(x_T | x_0) || N(0, 1)) in nats, [B]: what is left of the data in pure noise. */
export const priorKl = (x0: tf.Tensor, schedule: NoiseSchedule): tf.Tensor =>
  tf.tidy(() => {
    const mean = tf.mul(x0, signalScale(schedule, schedule.levels))
    return sumSites(gaussianKl(mean, tf.fill(x0.shape, Math.log1p(-schedule.alphaBars[schedule.levels]!)), tf.scalar(0), tf.scalar(0)))
  })

async function nats(compute: () => tf.Tensor): Promise<Float64Array> {
  const tensor = tf.tidy(compute)
  const values = Float64Array.from(await tensor.data())
  tensor.dispose()
  return values
}
