import { rows, rowSums } from "../backend/kernels.ts"
import type * as tf from "../backend/tf.ts"
import { ShapeError } from "../errors.ts"
import { withGradient } from "./with-gradient.ts"

/**
 * Sums of rows by segment: values [N, D] and int32 ids [N] give [count, D], row i the sum of the values whose id is i (zero where
 * there are none). The transpose of `embedding`.
 *
 * @throws ShapeError where values and ids do not fit
 */
export function segmentSum(values: tf.Tensor, ids: tf.Tensor, count: number): tf.Tensor {
  if (values.rank !== 2 || ids.rank !== 1 || ids.dtype !== "int32" || ids.shape[0] !== values.shape[0])
    throw new ShapeError(`segmentSum: expected values [N, D] and int32 ids [N], got [${values.shape}] and ${ids.dtype} [${ids.shape}]`)
  return withGradient(
    { values },
    (save) => {
      save([ids])
      return rowSums(values, ids, count)
    },
    (dy, [saved]) => ({ values: () => rows(dy, saved!) }),
  )
}
