import { ShapeError, tf } from "@scalewise/nn"

/** How often each code was hit at each scale: [K, V], possibly decayed. */
export type CodebookUsage = { readonly hits: tf.Tensor }

/** Options of `recordUsage`. */
export interface RecordUsageOptions {
  /** What remains of earlier hits: 1 counts a whole epoch, 0.99 follows training. @defaultValue 1 */
  readonly decay?: number
}

/** No hits yet. */
export const emptyUsage = (steps: number, vocabulary: number): CodebookUsage => ({ hits: tf.zeros([steps, vocabulary]) })

/** The usage with the ids [B, L_k] of one more batch at every scale added; the old record stays the caller's. */
export function recordUsage(
  { hits }: CodebookUsage,
  idsPerScale: readonly tf.Tensor[],
  { decay = 1 }: RecordUsageOptions = {},
): CodebookUsage {
  const [steps, vocabulary] = hits.shape as [number, number]
  if (idsPerScale.length !== steps) throw new ShapeError(`recordUsage: expected the ids of ${steps} scales, got ${idsPerScale.length}`)
  return { hits: tf.tidy(() => hits.mul(decay).add(tf.stack(idsPerScale.map((ids) => countCodes(ids, vocabulary))))) }
}

/** How often each id of 0 .. V - 1 occurs: float32 [V]. */
export function countCodes(ids: tf.Tensor, vocabulary: number): tf.Tensor {
  return tf.tidy(() => hitMatrix(ids, vocabulary).sum(0))
}

/** One row per id, 1 in its column: float32 [N, V]. `tf.oneHot` refuses a vocabulary of one. */
export function hitMatrix(ids: tf.Tensor, vocabulary: number): tf.Tensor {
  return tf.tidy(() =>
    ids
      .toInt()
      .reshape([-1, 1])
      .equal(tf.range(0, vocabulary, 1, "int32"))
      .toFloat(),
  )
}

/** exp(entropy) of the codes of each scale: [K]; 1 where one code does everything, V where all are used alike. */
export function perplexityPerScale({ hits }: CodebookUsage): tf.Tensor {
  return tf.tidy(() => {
    const shares = sharesOf(hits)
    return shares.mul(shares.maximum(1e-30).log()).sum(1).neg().exp()
  })
}

/**
 * The share of codes in use at each scale: [K].
 *
 * @param threshold - a code is in use above this part of the hits that it would have if all were used alike. @defaultValue 0
 */
export function usedCodesPerScale({ hits }: CodebookUsage, { threshold = 0 }: { readonly threshold?: number } = {}): tf.Tensor {
  return tf.tidy(() => relativeUse({ hits }).greater(threshold).toFloat().mean(1))
}

/** Hits relative to even use: [K, V], 1 where a code has exactly its share. */
export function relativeUse({ hits }: CodebookUsage): tf.Tensor {
  return tf.tidy(() => sharesOf(hits).mul(hits.shape[1]!))
}

const sharesOf = (hits: tf.Tensor): tf.Tensor => hits.div(hits.sum(1, true).maximum(1e-30))

/** Mean length of the residual vectors of each scale: [K]. They shrink from scale to scale; one codebook for all must span these radii. */
export function meanResidualNorms(scales: readonly { readonly residual: tf.Tensor }[]): tf.Tensor {
  return tf.tidy(() => tf.stack(scales.map(({ residual }) => residual.square().sum(-1).sqrt().mean())))
}
