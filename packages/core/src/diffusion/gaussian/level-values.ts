import { tf } from "@scalewise/nn"

/**
 * One constant per sample: `values[t_b]`, shaped to multiply a batch of the given rank. The table becomes a tensor
 * once per array and backend, and is kept as long as the program runs, so that a captured step holds it as a constant: pass
 * the same array each time. It costs some kilobytes per schedule; make a schedule or a `gaussianDenoiser` once, not per step.
 *
 * @param values - by level, float64, rounded to float32 here
 * @param levelsB - int32 [B]
 * @returns [B, 1, ..., 1]
 */
export function levelValues(values: Float64Array, levelsB: tf.Tensor, rank: number): tf.Tensor {
  return tf.tidy(() => {
    const shape = levelsB.shape.concat(Array.from({ length: rank - 1 }, () => 1))
    return tf.gather(tableOf(values), levelsB as tf.Tensor1D).reshape(shape)
  })
}

const tables = new WeakMap<Float64Array, Map<string, tf.Tensor1D>>()

function tableOf(values: Float64Array): tf.Tensor1D {
  const byBackend = tables.get(values) ?? new Map<string, tf.Tensor1D>()
  tables.set(values, byBackend)
  const backend = tf.getBackend()
  let table = byBackend.get(backend)
  if (table === undefined || table.isDisposed) {
    table = tf.keep(tf.tensor1d(Float32Array.from(values)))
    byBackend.set(backend, table)
  }
  return table
}
