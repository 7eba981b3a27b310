import { biased, biasGradient, product, reshaped } from "../backend/kernels.ts"
import type * as tf from "../backend/tf.ts"
import { ShapeError } from "../errors.ts"
import { withGradient } from "./with-gradient.ts"

/**
 * x W + b over the last dimension: x [..., I], weight [I, O], bias [O] give [..., O].
 *
 * @throws ShapeError where they do not fit
 */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const [inputs, outputs] = weight.shape
  if (weight.rank !== 2 || x.rank < 1 || x.shape.at(-1) !== inputs || (bias && (bias.rank !== 1 || bias.size !== outputs)))
    throw new ShapeError(`linear: expected x [..., I], weight [I, O], bias [O], got [${x.shape}], [${weight.shape}], [${bias?.shape}]`)
  const named: Record<string, tf.Tensor> = bias ? { x, weight, bias } : { x, weight }
  return withGradient(
    named,
    (save) => {
      const rows = matrix(x, inputs)
      save([rows, weight])
      const y = product(rows, weight)
      const shifted = bias ? biased(y, bias) : y
      return x.rank === 2 ? shifted : reshaped(shifted, [...x.shape.slice(0, -1), outputs!])
    },
    (dy, [rows, w]) => {
      const dRows = matrix(dy, outputs!)
      return {
        x: () => {
          const dx = product(dRows, w!, { transposeB: true })
          return x.rank === 2 ? dx : reshaped(dx, x.shape)
        },
        weight: () => product(rows!, dRows, { transposeA: true }),
        bias: () => biasGradient(dRows),
      }
    },
  )
}

/** [..., width] as [rows, width]: one large product is faster than a batch of small ones, and its gradient is right. */
const matrix = (x: tf.Tensor, width: number): tf.Tensor => (x.rank === 2 ? x : reshaped(x, [x.size / Math.max(width, 1), width]))
