import { DataError, ops, ShapeError, tf } from "@scalewise/nn"

/** Options of `squaredDistances`. */
export interface SquaredDistancesOptions {
  /** Numbers of one point. */
  width: number
  /**
   * Gets, for row i of a, the squared distances to rows `from`, `from` + 1, ... of b. The array is used again after the call. Each
   * pair comes once; the order of calls is not part of the promise.
   */
  visit: (row: number, from: number, distances: Float64Array) => void
  /** The most numbers of b, and the most distances, that are held at once. @defaultValue 2^23 */
  blockSize?: number
}

/**
 * All squared Euclidean distances of points a [N, width] and b [M, width], by blocks of matrix products: |a|^2 + |b|^2 - 2 ab, taken
 * from the mean of b so that few digits cancel. Distances far below the spread of the points (copies) are right to about 1e-6 of that
 * spread only; none is negative.
 *
 * @throws ShapeError where an array is not a whole number of points, DataError where a number is not finite
 */
export function squaredDistances(a: Float32Array, b: Float32Array, { width, visit, blockSize = 2 ** 23 }: SquaredDistancesOptions): void {
  const [n, m] = [a.length / width, b.length / width]
  if (!Number.isInteger(n) || !Number.isInteger(m))
    throw new ShapeError(`squaredDistances: expected points of ${width} numbers, got ${a.length} and ${b.length} numbers`)
  const centre = meanOf(b, width)
  const rowsB = Math.max(1, Math.min(m, Math.floor(blockSize / width)))
  const rowsA = Math.max(1, Math.min(n, Math.floor(blockSize / rowsB)))
  const distances = new Float64Array(rowsB)
  for (let fromB = 0; fromB < m; fromB += rowsB) {
    const countB = Math.min(rowsB, m - fromB)
    const right = centred(b, fromB, countB, centre)
    for (let fromA = 0; fromA < n; fromA += rowsA) {
      const countA = Math.min(rowsA, n - fromA)
      const left = centred(a, fromA, countA, centre)
      const productTensor = ops.matMul(left.points, right.points, { transposeB: true }) // [countA, countB]
      const products = productTensor.dataSync()
      tf.dispose([left.points, productTensor])
      const view = distances.subarray(0, countB)
      for (let i = 0; i < countA; i++) {
        const [norm, at] = [left.norms[i]!, i * countB]
        for (let j = 0; j < countB; j++) {
          const squared = norm + right.norms[j]! - 2 * products[at + j]!
          view[j] = squared > 0 ? squared : 0
        }
        visit(fromA + i, fromB, view)
      }
    }
    right.points.dispose()
  }
}

function meanOf(points: Float32Array, width: number): Float64Array {
  const mean = new Float64Array(width)
  const count = points.length / width
  for (let i = 0; i < count; i++) for (let j = 0; j < width; j++) mean[j]! += points[i * width + j]! / count
  return mean
}

/** Points from the centre, with their squared norms as float32 has them. */
function centred(table: Float32Array, from: number, count: number, centre: Float64Array): { points: tf.Tensor2D; norms: Float64Array } {
  const width = centre.length
  const values = new Float32Array(count * width)
  const norms = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    let sum = 0
    for (let j = 0; j < width; j++) {
      const at = i * width + j
      values[at] = table[from * width + at]! - centre[j]!
      sum += values[at] ** 2
    }
    if (!Number.isFinite(sum)) throw new DataError(`squaredDistances: expected finite numbers, got others in row ${from + i}; look for NaN`)
    norms[i] = sum
  }
  return { points: tf.tensor2d(values, [count, width]), norms }
}
