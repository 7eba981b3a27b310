import { tf } from "@scalewise/nn"

/** What a filter writes in the place of a removed entry: far enough down, and no NaN in differences or products with 0. */
export const removedLogit = -1e9

/**
 * Removes all but the k greatest entries of the last dimension: those strictly below the k-th, so that entries which
 * tie with it stay and more than k can remain (VAR's rule). 0, or k at or above the number of entries, removes none.
 */
export function keepTopK(logits: tf.Tensor, k: number): tf.Tensor {
  const entries = logits.shape.at(-1)!
  if (k === 0 || k >= entries) return logits
  return tf.tidy(() => {
    const least = tf.topk(logits, k).values.min(-1, true)
    return tf.where(logits.greaterEqual(least), logits, tf.fill(logits.shape, removedLogit))
  })
}

/**
 * Removes the least probable entries of the last dimension as long as their probabilities add up to at most 1 - p; the
 * most probable one always stays (VAR's rule). Of entries that tie at the limit, those with lower ids go first, as
 * with a stable ascending sort. 0 and 1 remove none.
 */
export function keepTopP(logits: tf.Tensor, p: number): tf.Tensor {
  if (p === 0 || p === 1) return logits
  return tf.tidy(() => {
    const entries = logits.shape.at(-1)!
    const rows = logits.size / entries
    const flat = logits.reshape([rows, entries])
    // topk puts lower positions first in a tie; turned round before and after, it is a stable ascending sort
    const descending = tf.topk(flat.reverse(-1), entries)
    const ascending = descending.values.reverse(-1)
    const ids = tf.scalar(entries - 1, "int32").sub(descending.indices.reverse(-1))
    const removable = tf.range(0, entries, 1, "int32").less(entries - 1)
    // cumsum takes no negative axis on the plain backend: it returns another shape
    const removed = tf
      .softmax(ascending)
      .cumsum(1)
      .lessEqual(1 - p)
      .logicalAnd(removable.expandDims(0))
    const positions = ids.toInt().add(tf.range(0, rows, 1, "int32").mul(tf.scalar(entries, "int32")).expandDims(1))
    const mask = tf.scatterND(positions.reshape([-1, 1]), removed.reshape([-1]).toFloat(), [logits.size])
    return tf.where(mask.reshape(logits.shape).greater(0), tf.fill(logits.shape, removedLogit), logits)
  })
}
