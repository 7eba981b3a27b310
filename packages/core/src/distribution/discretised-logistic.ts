import { ConfigError, ShapeError, tf } from "@scalewise/nn"
import type { Distribution } from "./distribution.ts"
import { logSigmoid } from "./log-sigmoid.ts"
import { sumSites } from "./sum-sites.ts"

/** Options of `discretisedLogistic`. */
export interface DiscretisedLogisticOptions {
  /** Location [B, ...] in the units of the data, 0 to 1. */
  mean: tf.Tensor
  /** Natural log of the scale, a tensor that broadcasts to the shape of `mean`, or one number. */
  logScale: tf.Tensor | number
  /** Number of values that data can take: 0, 1/(levels - 1), ..., 1. @defaultValue 256 */
  levels?: number
}

/**
 * Independent logistic laws collected into the bins of 8-bit (or other) data, the two end bins open (PixelCNN++):
 * a probability, not a density, so that it closes a data-space likelihood. A draw is a float tensor of 0 .. 1.
 *
 * @throws ConfigError for fewer than two levels
 */
export function discretisedLogistic({ mean, logScale, levels = 256 }: DiscretisedLogisticOptions): Distribution<tf.Tensor> {
  if (!Number.isInteger(levels) || levels < 2) throw new ConfigError(`discretisedLogistic: expected at least 2 levels, got ${levels}`)
  const top = levels - 1
  const logScales = (): tf.Tensor => tf.zerosLike(mean).add(logScale)

  const logProbPerSite = (draw: tf.Tensor): tf.Tensor => {
    const inverse = logScales().neg().exp()
    const above = draw
      .add(0.5 / top)
      .sub(mean)
      .mul(inverse) // the bin's ends, in scales
    const below = draw
      .sub(0.5 / top)
      .sub(mean)
      .mul(inverse)
    const notTop = draw.less(1 - 0.25 / top).toFloat()
    const notBottom = draw.greater(0.25 / top).toFloat()
    // sigmoid(a) - sigmoid(b) = sigmoid(a) sigmoid(-b) (1 - exp(b - a)), where no difference of near numbers is left
    const width = inverse
      .mul(-1 / top)
      .expm1()
      .neg()
      .log()
    return logSigmoid(above).mul(notTop).add(logSigmoid(below.neg()).mul(notBottom)).add(width.mul(notTop).mul(notBottom))
  }
  const toLevel = (values: tf.Tensor): tf.Tensor => values.mul(top).round().clipByValue(0, top).div(top)

  return {
    sample: (random) =>
      tf.tidy(() => {
        const uniform = random.uniform(mean.shape).add(2 ** -25)
        return toLevel(mean.add(logScales().exp().mul(uniform.log().sub(uniform.neg().log1p()))))
      }),
    mode: () =>
      tf.tidy(() => {
        // The open end bins can outweigh the bin of the mean
        const candidates = [toLevel(mean), tf.zerosLike(mean), tf.onesLike(mean)]
        const best = tf.stack(candidates.map(logProbPerSite), -1).argMax(-1)
        return tf.stack(candidates, -1).mul(tf.oneHot(best, 3)).sum(-1)
      }),
    logProb: (draw) =>
      tf.tidy(() => {
        if (!tf.util.arraysEqual(draw.shape, mean.shape))
          throw new ShapeError(`discretisedLogistic: expected data [${mean.shape.join(", ")}], got [${draw.shape.join(", ")}]`)
        return sumSites(logProbPerSite(draw))
      }),
    entropy: () =>
      tf.tidy(() => {
        let total = tf.zeros([mean.shape[0]])
        for (let level = 0; level < levels; level++) {
          const before = total
          total = tf.tidy(() => {
            const logProbs = logProbPerSite(tf.fill(mean.shape, level / top))
            return total.sub(sumSites(logProbs.exp().mul(logProbs)))
          })
          before.dispose()
        }
        return total
      }),
  }
}
