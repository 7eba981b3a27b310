import type { tf } from "@scalewise/nn"

/** Sums all dimensions but the first: [B, ...] to [B]. */
export function sumSites(values: tf.Tensor): tf.Tensor {
  return values.rank === 1 ? values : values.sum(values.shape.map((_, axis) => axis).slice(1))
}
