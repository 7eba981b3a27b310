import { ops, ShapeError, tf } from "@scalewise/nn"

/** How near a vector and a code are. */
export type CodeMetric = "euclidean" | "cosine"

/**
 * The id of the nearest row of `codebook` [V, C] for vectors [..., C]: int32 [...]. One matrix product for all distances; among equal
 * distances the first row wins, and equal are those that differ by less than a millionth of the spread of all: matrix products round the
 * same sum differently in different columns and on different backends. Nothing flows back through it.
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
    const least = distances.min(1, true)
    const limit = least.add(distances.max(1, true).sub(least).mul(1e-6))
    // argMax takes the first of equals
    return distances.lessEqual(limit).toFloat().argMax(1).reshape(vectors.shape.slice(0, -1)).toInt()
  })
}

/** Rows scaled to length one; a zero row stays zero. */
export const normalisedRows = (x: tf.Tensor): tf.Tensor => tf.tidy(() => x.mul(x.square().sum(-1, true).add(1e-12).rsqrt()))
