import { tf } from "@scalewise/nn"
import { sumSites } from "../../distribution/sum-sites.ts"
import { discretisedGaussianLogProb, type DiscretisedGaussianOptions } from "./discretised-gaussian.ts"
import { posteriorMean, reverseLogVariance, type Parametrisation, type Reading } from "./gaussian-reverse.ts"
import { levelValues } from "./level-values.ts"
import { scheduleTables } from "./schedule-tables.ts"

/** KL(N(mean1, exp(logVariance1)) || N(mean2, exp(logVariance2))) in nats, at each site. */
export const gaussianKl = (mean1: tf.Tensor, logVariance1: tf.Tensor, mean2: tf.Tensor, logVariance2: tf.Tensor): tf.Tensor =>
  tf.tidy(() => {
    const spread = tf.exp(tf.sub(logVariance1, logVariance2))
    const distance = tf.mul(tf.squaredDifference(mean1, mean2), tf.exp(tf.neg(logVariance2)))
    return tf.mul(tf.add(tf.add(tf.sub(tf.sub(logVariance2, logVariance1), 1), spread), distance), 0.5)
  })

/**
 * One term of the variational bound for each sample (Ho et al. 2020, Eq. 5): KL(q(x_{t-1} | x_t, x_0) || p(x_{t-1} | x_t)),
 * and at level 1 the decoder's -log p(x_0 | x_1).
 *
 * @param x0 - data in [-1, 1]
 * @param levelsB - int32 [B], from 1 to T
 * @returns nats summed over the sample, [B]
 */
export function variationalTerm(
  { x0, xt, levelsB }: { x0: tf.Tensor; xt: tf.Tensor; levelsB: tf.Tensor },
  reading: Reading,
  parametrisation: Parametrisation,
  decoder: DiscretisedGaussianOptions = {},
): tf.Tensor {
  const { schedule } = parametrisation
  return tf.tidy(() => {
    const mean = posteriorMean(reading.x0, xt, levelsB, schedule)
    const logVariance = reverseLogVariance(reading, levelsB, parametrisation)
    const trueLogVariance = levelValues(scheduleTables(schedule).posteriorLogVariances, levelsB, x0.rank)
    const kl = sumSites(gaussianKl(posteriorMean(x0, xt, levelsB, schedule), trueLogVariance, mean, logVariance))
    const decoding = tf.neg(sumSites(discretisedGaussianLogProb(x0, mean, logVariance, decoder)))
    const first = tf.cast(tf.equal(levelsB, 1), "float32")
    return tf.add(tf.mul(first, decoding), tf.mul(tf.sub(1, first), kl))
  })
}
