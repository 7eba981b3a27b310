import * as tf from "../backend/tf.ts"
import type { StepInputs } from "../compile/train-step.ts"
import { ShapeError } from "../errors.ts"

/** Samples by number. */
export interface Dataset {
  readonly size: number
  /** The batch of these samples: each tensor has one row an index, in their order. The caller disposes. */
  gather(indices: Int32Array): StepInputs | Promise<StepInputs>
}

/** One column of a data set in memory. */
export interface ResidentField {
  /** All samples one after the other. */
  readonly values: Float32Array | Int32Array | Uint8Array
  /** Of one sample; `[]` for a number each. */
  readonly shape: readonly number[]
  /** @defaultValue "float32" for Float32Array, else "int32" */
  readonly dtype?: "float32" | "int32"
}

/**
 * A data set that is held in typed arrays; bytes stay bytes until they are in a batch.
 *
 * @throws ShapeError where the fields do not hold the same number of whole samples
 */
export function residentDataset(fields: Readonly<Record<string, ResidentField>>): Dataset {
  const columns = Object.entries(fields).map(([name, { values, shape, dtype = values instanceof Float32Array ? "float32" : "int32" }]) => {
    const width = shape.reduce((size, length) => size * length, 1)
    return { name, values, shape, dtype, width, rows: values.length / width }
  })
  const size = columns[0]?.rows ?? 0
  for (const { name, values, shape, rows } of columns)
    if (rows !== size || !Number.isInteger(rows))
      throw new ShapeError(
        `residentDataset: field "${name}": expected ${size} samples of [${shape.join(", ")}], got ${values.length} numbers`,
      )
  return {
    size,
    gather(indices) {
      const gathered = columns.map(({ name, values, shape, dtype, width }): [string, tf.Tensor] => {
        const rows = dtype === "float32" ? new Float32Array(indices.length * width) : new Int32Array(indices.length * width)
        for (const [b, index] of indices.entries()) rows.set(values.subarray(index * width, (index + 1) * width), b * width)
        return [name, tf.tensor(rows, [indices.length, ...shape], dtype)]
      })
      return Object.fromEntries(gathered)
    },
  }
}
