import { ops, ShapeError, tf } from "@scalewise/nn"

/** How near a vector and a code are. */
export type CodeMetric = "euclidean" | "cosine"

/**
 * The id of the nearest row of `codebook` [V, C] for vectors [..., C]: int32 [...]. One matrix product for all distances; among equal
 * distances the first row wins. Nothing flows back through it.
 *
 * Euclidean distances are compared as |e|^2 / 2 - x.e: without |x|^2, which is the same for all rows and would only cost precision.
 *
 * @throws ShapeError where vectors and codes differ in length
 */
export function nearestCode(
  codebook: tf.Tensor,
  vectors: tf.Tensor,
  { metric = "euclidean" }: { readonly metric?: CodeMetric } = {},
): tf.Tensor {
  const channels = codebook.shape[1]
  if (codebook.rank !== 2 || vectors.shape.at(-1) !== channels)
    throw new ShapeError(`nearestCode: expected a codebook [V, C] and vectors [..., C], got [${codebook.shape}] and [${vectors.shape}]`)
  return tf.tidy(() => {
    const rows = ops.stopGradient(metric === "cosine" ? normalisedRows(codebook) : codebook)
    const flat = ops.stopGradient(vectors).reshape([-1, channels!])
    const products = ops.matMul(flat, rows, { transposeB: true }) // [N, V]
    const distances = metric === "cosine" ? products.neg() : rows.square().sum(1).mul(0.5).sub(products)
    return distances.argMin(1).reshape(vectors.shape.slice(0, -1)).toInt()
  })
}

/** Rows scaled to length one; a zero row stays zero. */
export const normalisedRows = (x: tf.Tensor): tf.Tensor => tf.tidy(() => x.mul(x.square().sum(-1, true).add(1e-12).rsqrt()))
