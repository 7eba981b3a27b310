import { reshaped, summed } from "../backend/kernels.ts"
import { hasFused, runFused } from "../backend/fused.ts"
import { nativeBackend, typeAttribute } from "../backend/native-backend.ts"
import * as tf from "../backend/tf.ts"
import { ShapeError } from "../errors.ts"
import { withGradient } from "./with-gradient.ts"

/**
 * -log softmax(logits)[id] of each row, in nats: logits [..., C] and int32 ids [...] give [...].
 *
 * @throws ShapeError where the ids do not fit the rows
 */
export function crossEntropy(logits: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  const shape = logits.shape.slice(0, -1)
  const classes = logits.shape.at(-1)!
  if (ids.dtype !== "int32" || ids.shape.join() !== shape.join())
    throw new ShapeError(`crossEntropy: expected int32 ids [${shape}] for logits [${logits.shape}], got ${ids.dtype} [${ids.shape}]`)
  return withGradient(
    { logits },
    (save) => {
      const rows = reshaped(logits, [ids.size, classes])
      const labels = ids.rank === 1 ? ids : tf.reshape(ids, [-1])
      const { loss, slope } = sparse(rows, labels)
      save([slope])
      return reshaped(loss, shape)
    },
    (dy, [slope]) => ({ logits: () => reshaped(tf.mul(slope!, reshaped(dy, [ids.size, 1])), logits.shape) }),
  )
}

/**
 * -sum(targets log softmax(logits)) of each row, in nats: logits and targets [..., C] give [...]. Each row of targets is
 * a distribution (it sums to 1); they may be differentiated too.
 *
 * @throws ShapeError where the two shapes differ
 */
export function softCrossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  if (targets.shape.join() !== logits.shape.join())
    throw new ShapeError(`softCrossEntropy: expected targets [${logits.shape}] like the logits, got [${targets.shape}]`)
  const shape = logits.shape.slice(0, -1)
  const classes = logits.shape.at(-1)!
  const count = logits.size / Math.max(classes, 1)
  return withGradient(
    { logits, targets },
    (save) => {
      const rows = reshaped(logits, [count, classes])
      const goals = reshaped(targets, [count, classes])
      const native = nativeBackend()
      if (native !== undefined) {
        const attributes = [typeAttribute(native, "T")]
        const [loss, slope] = native.executeMultipleOutputs("SoftmaxCrossEntropyWithLogits", attributes, [rows, goals], 2)
        save([slope!, rows])
        return reshaped(loss!, shape)
      }
      const { loss, slope } = composed(rows, goals)
      save([slope, rows])
      return reshaped(loss, shape)
    },
    (dy, [slope, rows]) => {
      const column = reshaped(dy, [count, 1])
      return {
        logits: () => reshaped(tf.mul(slope!, column), logits.shape),
        targets: () => reshaped(tf.neg(tf.mul(tf.logSoftmax(rows!), column)), logits.shape),
      }
    },
  )
}

/** The losses of rows [N, C] with labels [N], and their slopes softmax - one-hot [N, C]. */
function sparse(rows: tf.Tensor, labels: tf.Tensor): { loss: tf.Tensor; slope: tf.Tensor } {
  const native = nativeBackend()
  if (native !== undefined) {
    const attributes = [typeAttribute(native, "T"), typeAttribute(native, "Tlabels", "int32")]
    const [loss, slope] = native.executeMultipleOutputs("SparseSoftmaxCrossEntropyWithLogits", attributes, [rows, labels], 2)
    return { loss: loss!, slope: slope! }
  }
  if (hasFused("ScalewiseSoftmaxCrossEntropy")) {
    const [loss, slope] = runFused("ScalewiseSoftmaxCrossEntropy", { logits: rows, ids: labels })
    return { loss: loss!, slope: slope! }
  }
  const classes = rows.shape[1]!
  // One class cannot be missed; a one-hot of depth 1 is refused.
  if (classes === 1) return { loss: tf.zeros([rows.shape[0]]), slope: tf.zerosLike(rows) }
  return composed(rows, tf.cast(tf.oneHot(labels as tf.Tensor1D, classes), "float32"))
}

function composed(rows: tf.Tensor, targets: tf.Tensor): { loss: tf.Tensor; slope: tf.Tensor } {
  const logProbabilities = tf.logSoftmax(rows)
  return { loss: tf.neg(summed(tf.mul(targets, logProbabilities), [1])), slope: tf.sub(tf.exp(logProbabilities), targets) }
}
