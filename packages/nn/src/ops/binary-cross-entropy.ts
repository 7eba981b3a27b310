import * as tf from "../backend/tf.ts"
import { constant } from "../backend/constant.ts"
import { ShapeError } from "../errors.ts"
import { withGradient } from "./with-gradient.ts"

/**
 * -t log sigmoid(z) - (1 - t) log(1 - sigmoid(z)) for each number, in nats, never infinite: logits and targets in
 * [0, 1] of one shape.
 *
 * @throws ShapeError where the two shapes differ
 */
export function binaryCrossEntropyWithLogits(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  if (targets.shape.join() !== logits.shape.join())
    throw new ShapeError(`binaryCrossEntropyWithLogits: expected targets [${logits.shape}] like the logits, got [${targets.shape}]`)
  return withGradient(
    { logits, targets },
    (save) => {
      save([logits, targets])
      // max(z, 0) - z t + log(1 + exp(-|z|))
      const tail = tf.log(tf.add(tf.exp(tf.neg(tf.abs(logits))), constant(1)))
      return tf.add(tf.sub(tf.relu(logits), tf.mul(logits, targets)), tail)
    },
    (dy, [z, t]) => ({
      logits: () => tf.mul(dy, tf.sub(tf.sigmoid(z!), t!)),
      targets: () => tf.neg(tf.mul(dy, z!)),
    }),
  )
}
