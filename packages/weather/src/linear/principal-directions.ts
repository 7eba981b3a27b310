import { ops, tf } from "@scalewise/nn"
import { EVD, Matrix } from "ml-matrix"

/**
 * All principal directions of rows [n, N] that have mean zero, as orthonormal rows [N, N] of falling variance: exact, for few hundred
 * numbers; `principalComponents` finds the leading ones of many. The tensor is the caller's.
 */
export async function principalDirections(rows: tf.Tensor): Promise<tf.Tensor> {
  const size = rows.shape[1]!
  const gram = tf.tidy(() => ops.matMul(rows, rows, { transposeA: true }).div(rows.shape[0]))
  const covariance = Matrix.from1DArray(size, size, Array.from(await gram.data()))
  gram.dispose()
  const { realEigenvalues, eigenvectorMatrix } = new EVD(covariance, { assumeSymmetric: true })
  const order = Array.from(realEigenvalues.keys()).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!)
  return tf.tensor2d(
    Float32Array.from({ length: size * size }, (_, i) => eigenvectorMatrix.get(i % size, order[Math.floor(i / size)]!)),
    [size, size],
  )
}
