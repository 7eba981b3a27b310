import { ShapeError, tf } from "@scalewise/nn"
import { levelValues } from "./level-values.ts"
import type { NoiseSchedule } from "./noise-schedule.ts"
import { scheduleTables } from "./schedule-tables.ts"
import { toEps, toX0, type Prediction } from "./prediction.ts"

// B batch, ... sites, C channels

/** How the output of a denoising network is to be read; training and every sampler share it. */
export interface Parametrisation {
  /** The noise levels. Give a sampler a `respaced` one to take fewer steps. */
  schedule: NoiseSchedule
  /** What the network predicts. @defaultValue "eps" */
  prediction?: Prediction
  /**
   * Variance of the reverse step: `posterior` (beta tilde), `beta`, or `learned` between the two, in which case the
   * network has 2 C output channels (Nichol and Dhariwal 2021, Eq. 15). @defaultValue "posterior"
   */
  variance?: "posterior" | "beta" | "learned"
  /** Keeps the implied x_0 in this range, as samplers do for images in [-1, 1]. @defaultValue no limit */
  clip?: readonly [number, number]
}

/** What a network output says at x_t. All but `fraction` are in the shape of x_t. */
export interface Reading {
  /** The prediction itself, without the channels of the variance. */
  predicted: tf.Tensor
  x0: tf.Tensor
  eps: tf.Tensor
  /** Learned place between log beta tilde (0) and log beta (1). */
  fraction?: tf.Tensor
}

/**
 * Reads a network output [B, ..., C] (or [B, ..., 2 C] with a learned variance).
 *
 * @param levelsB - int32 [B], from 1 to T
 * @throws ShapeError where the output has another shape
 */
export function readOutput(output: tf.Tensor, xt: tf.Tensor, levelsB: tf.Tensor, parametrisation: Parametrisation): Reading {
  const { schedule, prediction = "eps", variance = "posterior", clip } = parametrisation
  const learned = variance === "learned"
  const expected = learned ? [...xt.shape.slice(0, -1), 2 * xt.shape.at(-1)!] : xt.shape
  if (!tf.util.arraysEqual(output.shape, expected))
    throw new ShapeError(`denoiser output: expected [${expected.join(", ")}] (variance: ${variance}), got [${output.shape.join(", ")}]`)
  const [predicted, range] = learned ? (tf.split(output, 2, -1) as [tf.Tensor, tf.Tensor]) : [output]
  const { signal, noise } = scheduleTables(schedule)
  const a = levelValues(signal, levelsB, xt.rank)
  const s = levelValues(noise, levelsB, xt.rank)
  const fraction = range && tf.mul(tf.add(range, 1), 0.5)
  const x0 = toX0(prediction, predicted, xt, a, s)
  const reading = clip ? withNoiseOf(tf.clipByValue(x0, clip[0], clip[1]), xt, a, s) : { x0, eps: toEps(prediction, predicted, xt, a, s) }
  return { predicted, ...reading, ...(fraction && { fraction }) }
}

const withNoiseOf = (x0: tf.Tensor, xt: tf.Tensor, a: tf.Tensor, s: tf.Tensor): { x0: tf.Tensor; eps: tf.Tensor } => ({
  x0,
  eps: toEps("x0", x0, xt, a, s),
})

/** Mean of q(x_{t-1} | x_t, x_0) (Ho et al. 2020, Eq. 7). Shapes equal `xt`. */
export function posteriorMean(x0: tf.Tensor, xt: tf.Tensor, levelsB: tf.Tensor, schedule: NoiseSchedule): tf.Tensor {
  const { meanOfX0, meanOfXt } = scheduleTables(schedule)
  return tf.tidy(() => tf.add(tf.mul(x0, levelValues(meanOfX0, levelsB, xt.rank)), tf.mul(xt, levelValues(meanOfXt, levelsB, xt.rank))))
}

/** Log variance of p(x_{t-1} | x_t) (Eq. 5), [B, 1, ..., 1] or, learned, in the shape of x_t. */
export function reverseLogVariance(reading: Reading, levelsB: tf.Tensor, { schedule, variance = "posterior" }: Parametrisation): tf.Tensor {
  const { rank } = reading.x0
  const { posteriorLogVariances, logBetas } = scheduleTables(schedule)
  return tf.tidy(() => {
    if (variance === "posterior") return levelValues(posteriorLogVariances, levelsB, rank)
    const logBeta = levelValues(logBetas, levelsB, rank)
    if (!reading.fraction) return logBeta
    const logBetaTilde = levelValues(posteriorLogVariances, levelsB, rank)
    return tf.add(tf.mul(reading.fraction, logBeta), tf.mul(tf.sub(1, reading.fraction), logBetaTilde))
  })
}
