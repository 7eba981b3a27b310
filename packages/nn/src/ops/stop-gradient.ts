import type * as tf from "../backend/tf.ts"
import { ShapeError } from "../errors.ts"
import { withGradient } from "./with-gradient.ts"

/** The value of x as a constant: nothing flows back through it. */
export function stopGradient(x: tf.Tensor): tf.Tensor {
  return withGradient(
    {},
    () => x.clone(),
    () => ({}),
  )
}

/**
 * The straight-through estimator: the value of `hard`, the gradient of `soft` (Bengio et al., arXiv 1308.3432).
 *
 * @throws ShapeError where the two shapes differ
 */
export function straightThrough(hard: tf.Tensor, soft: tf.Tensor): tf.Tensor {
  if (hard.shape.join() !== soft.shape.join())
    throw new ShapeError(`straightThrough: expected two equal shapes, got [${hard.shape}] and [${soft.shape}]`)
  return withGradient(
    { soft },
    () => hard.clone(),
    (dy) => ({ soft: () => dy.clone() }),
  )
}
