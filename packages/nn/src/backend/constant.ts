import * as tf from "./tf.ts"

/** Of the whole process, as the backends are; holds what the program's formulas need and never numbers that data or steps bring. */
const cache = new Map<string, tf.Tensor>()

/**
 * A tensor of fixed numbers that is made once per backend and lives for ever. Making a scalar costs more than adding
 * it, so operations take theirs from here. Never dispose the result.
 *
 * @param values - a number gives a scalar, a list a vector
 */
export function constant(values: number | readonly number[], dtype: "float32" | "int32" = "float32"): tf.Tensor {
  const list = typeof values === "number" ? undefined : values
  return cached(`${dtype} ${list ? `[${list.join()}]` : String(values)}`, () =>
    list ? tf.tensor1d([...list], dtype) : tf.scalar(values as number, dtype),
  )
}

/** The tensor that `make` gave the first time it was asked for under this key and the present backend; it is kept. */
export function cached(key: string, make: () => tf.Tensor): tf.Tensor {
  const full = `${tf.getBackend()} ${key}`
  let tensor = cache.get(full)
  if (tensor === undefined || tensor.isDisposed) {
    tensor = tf.keep(tf.tidy(make))
    cache.set(full, tensor)
  }
  return tensor
}
