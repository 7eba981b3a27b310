import { ConfigError, ShapeError, tf } from "@scalewise/nn"
import type { Distribution } from "./distribution.ts"
import { sumSites } from "./sum-sites.ts"

/** Independent normal laws (Eq. 5); a draw is a float tensor of the shape of `mean`. */
export interface Gaussian extends Distribution<tf.Tensor> {
  readonly family: "gaussian"
  /** Means [B, ...]. */
  readonly mean: tf.Tensor
  /** Natural log of the variance: one number, or a tensor that broadcasts to the shape of `mean`. */
  readonly logVariance: tf.Tensor | number
}

/** Options of `gaussian`. */
export interface GaussianOptions {
  /** Means [B, ...]. */
  mean: tf.Tensor
  /** Natural log of the variance: one number, or a tensor that broadcasts to the shape of `mean`. @defaultValue 0 */
  logVariance?: tf.Tensor | number
}

/**
 * The diagonal Gaussian. For a variance of zero use `pointMass`.
 *
 * @throws ShapeError where a draw has another shape than the mean
 */
export function gaussian({ mean, logVariance = 0 }: GaussianOptions): Gaussian {
  const logVariances = (): tf.Tensor => tf.zerosLike(mean).add(logVariance)
  return {
    family: "gaussian",
    mean,
    logVariance,
    sample: (random) => tf.tidy(() => mean.add(logVariances().mul(0.5).exp().mul(random.normal(mean.shape)))),
    mode: () => mean.clone(),
    logProb: (draw) =>
      tf.tidy(() => {
        if (!tf.util.arraysEqual(draw.shape, mean.shape))
          throw new ShapeError(`gaussian: expected a draw [${mean.shape.join(", ")}], got [${draw.shape.join(", ")}]`)
        const squares = draw.sub(mean).square().mul(logVariances().neg().exp())
        return sumSites(
          squares
            .add(logVariances())
            .add(Math.log(2 * Math.PI))
            .mul(-0.5),
        )
      }),
    entropy: () =>
      tf.tidy(() =>
        sumSites(
          logVariances()
            .add(1 + Math.log(2 * Math.PI))
            .mul(0.5),
        ),
      ),
    guidedFrom(unconditional, scale) {
      if (!isGaussian(unconditional)) throw new ConfigError("gaussian: expected to be guided from another Gaussian law")
      return scale === 1 ? this : gaussian({ mean: tf.tidy(() => mean.add(mean.sub(unconditional.mean).mul(scale - 1))), logVariance })
    },
  }
}

/** Whether a law is Gaussian, so that its mean can be read. */
export function isGaussian(law: object): law is Gaussian {
  return "family" in law && law.family === "gaussian"
}
