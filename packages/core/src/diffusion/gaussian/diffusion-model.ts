import { tf, type RandomStream } from "@scalewise/nn"
import { readOutput, type Parametrisation, type Reading } from "./gaussian-reverse.ts"

/** A trained denoiser with its parameters inside: x_t [B, ...] and times [B] (`NoiseSchedule.times`) to a prediction. */
export type Denoiser<Condition = undefined> = (xt: tf.Tensor, timesB: tf.Tensor, condition: Condition) => tf.Tensor

/** All that a Gaussian sampler needs; the samplers differ in what they draw and how they advance. */
export interface DiffusionModel<Condition = undefined> extends Parametrisation {
  denoiser: Denoiser<Condition>
  /** Shape of one sample, without the batch. */
  shape: readonly number[]
  /** The condition that stands for "none", for guidance. */
  unconditional?: (condition: Condition) => Condition
  /** Turns x into what `readout` gives, e.g. the decoder of latent diffusion. @defaultValue x itself */
  decode?: (x: tf.Tensor) => tf.Tensor
}

/** x_T: pure noise [B, ...shape]. */
export const startNoise = (model: { shape: readonly number[] }, batch: number, random: RandomStream): tf.Tensor =>
  random.fold("noise").normal([batch, ...model.shape])

/** One network evaluation for the whole batch at `level`. */
export function denoise<Condition>(
  model: DiffusionModel<Condition>,
  xt: tf.Tensor,
  level: number,
  condition: Condition,
): Reading & { levelsB: tf.Tensor } {
  const batch = xt.shape[0]
  const levelsB = tf.fill([batch], level, "int32")
  const output = model.denoiser(xt, tf.fill([batch], model.schedule.times[level]!), condition)
  return { ...readOutput(output, xt, levelsB, model), levelsB }
}
