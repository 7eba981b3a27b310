import { kMeans, type ForwardProcess } from "@scalewise/core"
import { ConfigError, tf, type RandomStream } from "@scalewise/nn"

// N series, B batch, T = 2^(K - 1) values of a series, L = 2^(k - 1) means that are known after step k, V codes of a step

/**
 * The one-dimensional pyramid. The token of step 1 is the mean of a series; each later step halves the cells, and one token says by how much
 * the left half of a cell is above it, and the right half below.
 */
export interface SeriesPyramid {
  /** K. */
  readonly steps: number
  /** T. */
  readonly length: number
  /** Codes [V] of each step. */
  readonly codebooks: readonly tf.Tensor[]
  dispose(): void
}

/** Means of neighbours: [B, T] to [B, L]. Eq. 7. */
export const pooled = (series: tf.Tensor, length: number): tf.Tensor => {
  const [batch = 0, full = 0] = series.shape
  return series.reshape([batch, length, full / length]).mean(-1)
}

/** Each value repeated: [B, L] to [B, T]. */
export const spread = (values: tf.Tensor, full: number): tf.Tensor => {
  const [batch = 0, length = 0] = values.shape
  return tf.tile(values.reshape([batch, length, 1]), [1, 1, full / length]).reshape([batch, full])
}

/** How many tokens a step has: 1, 1, 2, 4, ... */
export const tokensAt = (step: number): number => Math.max(1, 2 ** (step - 2))

/** What the codes [B, tokens] of a step add to the series [B, T]: plus on the left half of a cell, minus on the right one. Eq. 19. */
export const contribution = (codes: tf.Tensor, step: number, full: number): tf.Tensor =>
  spread(step === 1 ? codes : tf.stack([codes, tf.neg(codes)], -1).reshape([codes.shape[0], 2 ** (step - 1)]), full)

/** What a step would have to add to the sum so far, for each of its tokens: [B, tokens]. Eqs. 8 and 14. */
export const detail = (series: tf.Tensor, sum: tf.Tensor, step: number): tf.Tensor => {
  const missing = pooled(series.sub(sum), 2 ** (step - 1)) // [B, L]
  if (step === 1) return missing
  const [left, right] = missing.reshape([-1, tokensAt(step), 2]).unstack(-1) as [tf.Tensor, tf.Tensor]
  return left.sub(right).div(2)
}

/** The nearest codes: values [B, tokens] to int32 ids. Eq. 15. */
const nearest = (values: tf.Tensor, codebook: tf.Tensor): tf.Tensor => values.expandDims(-1).sub(codebook).abs().argMin(-1)

/**
 * Finds the codes of each step by k-means over what the steps before leave of the series [N, T].
 *
 * @throws ConfigError for a length that is no power of two
 */
export async function fitSeriesPyramid(
  series: tf.Tensor,
  { codes, random }: { readonly codes: number; readonly random: RandomStream },
): Promise<SeriesPyramid> {
  const length = series.shape[1]!
  const steps = Math.log2(length) + 1
  if (!Number.isInteger(steps)) throw new ConfigError(`fitSeriesPyramid: expected series of 2, 4, 8, ... values, got ${length}`)
  const codebooks: tf.Tensor[] = []
  let sum: tf.Tensor = tf.zerosLike(series)
  for (let step = 1; step <= steps; step++) {
    const values = tf.tidy(() => detail(series, sum, step)) // [N, tokens]
    const points = tf.tidy(() => values.reshape([-1, 1]))
    const centroids = await kMeans(points, { clusters: codes, random: random.fold(step) })
    const codebook = tf.tidy(() => centroids.reshape([codes]))
    const next = tf.tidy(() => sum.add(contribution(tf.gather(codebook, nearest(values, codebook)), step, length)))
    codebooks.push(codebook)
    tf.dispose([values, points, centroids, sum])
    sum = next
  }
  sum.dispose()
  return { steps, length, codebooks, dispose: () => tf.dispose(codebooks) }
}

/** Ids [B, tokens] of a step as what they add to the series [B, T]. */
export const decoded = ({ codebooks, length }: SeriesPyramid, ids: tf.Tensor, step: number): tf.Tensor =>
  contribution(tf.gather(codebooks[step - 1]!, ids.toInt()), step, length)

/** q: the tokens of every step of series [B, T]; each step codes what the quantised steps before it left. Eqs. 12-16. */
export const seriesForward = (pyramid: SeriesPyramid): ForwardProcess<tf.Tensor, tf.Tensor> => ({
  steps: pyramid.steps,
  targets: (series) =>
    tf.tidy(() => {
      let sum: tf.Tensor = tf.zerosLike(series)
      return pyramid.codebooks.map((codebook, index) => {
        const ids = nearest(detail(series, sum, index + 1), codebook)
        sum = sum.add(decoded(pyramid, ids, index + 1))
        return ids
      })
    }),
})
