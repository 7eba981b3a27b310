import { tf } from "@scalewise/nn"
import type { SquareMatrix } from "./cholesky.ts"

/** Mean and covariance (divided by the number of rows) of data points. */
export interface Moments {
  mean: Float64Array
  covariance: SquareMatrix
}

/**
 * First and second moments of `rows` points of `width` numbers each, row-major. Products are taken in blocks of 1,000
 * rows on the tensor backend and summed in double precision.
 */
export function moments(points: Float32Array, width: number): Moments {
  const rows = points.length / width
  const mean = new Float64Array(width)
  for (let row = 0; row < rows; row++) for (let i = 0; i < width; i++) mean[i]! += points[row * width + i]! / rows
  const shift = Float32Array.from(mean) // near the mean, so that the products keep their digits
  const values = new Float64Array(width * width)
  for (let from = 0; from < rows; from += 1000) {
    const block = points.subarray(from * width, Math.min(rows, from + 1000) * width)
    const productTensor = tf.tidy(() => {
      const centred = tf.sub(tf.tensor2d(block, [block.length / width, width]), tf.tensor1d(shift))
      return tf.matMul(centred, centred, true, false)
    })
    const product = productTensor.dataSync() // outside of tidy, which would look for tensors in every element
    productTensor.dispose()
    for (let i = 0; i < values.length; i++) values[i]! += product[i]! / rows
  }
  for (let i = 0; i < width; i++) for (let j = 0; j < width; j++) values[i * width + j]! -= (mean[i]! - shift[i]!) * (mean[j]! - shift[j]!)
  return { mean, covariance: { size: width, values } }
}
