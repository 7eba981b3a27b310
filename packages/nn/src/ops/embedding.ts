import { rows, rowSums } from "../backend/kernels.ts"
import type * as tf from "../backend/tf.ts"
import { ShapeError } from "../errors.ts"
import { withGradient } from "./with-gradient.ts"

/**
 * Rows of a table: table [N, D] and int32 ids of any shape give [...ids, D]. An id outside [0, N) is an error, except on
 * WebGPU.
 *
 * @throws ShapeError where the table is not a matrix or the ids are not int32
 */
export function embedding(table: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  if (table.rank !== 2 || ids.dtype !== "int32")
    throw new ShapeError(`embedding: expected a table [N, D] and int32 ids, got [${table.shape}] and ${ids.dtype}`)
  return withGradient(
    { table },
    (save) => {
      save([ids])
      return rows(table, ids)
    },
    (dy, [saved]) => ({ table: () => rowSums(dy, saved!, table.shape[0]) }),
  )
}
