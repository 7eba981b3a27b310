import { product, reshaped, softmaxGradient, summed, times, transposed, unbroadcast } from "../backend/kernels.ts"
import { hasFused } from "../backend/fused.ts"
import { nativeBackend, typeAttribute } from "../backend/native-backend.ts"
import * as tf from "../backend/tf.ts"
import { ConfigError, ShapeError } from "../errors.ts"
import { withGradient } from "./with-gradient.ts"

// B batch, H heads, T queries, S keys, d width of a head, D = H d

/** Options of `attention` and `selfAttention`. */
export interface AttentionOptions {
  /** Added to the scores, broadcast to [B, H, T, S]; -1e9 hides a key. Differentiable. @defaultValue none */
  readonly mask?: tf.Tensor | undefined
  /** Factor of the scores. @defaultValue 1 / sqrt(d) */
  readonly scale?: number
}

/**
 * softmax(scale q k' + mask) v: q [B, H, T, d], k and v [B, H, S, d] give [B, H, T, d]
 * (Vaswani et al., arXiv 1706.03762).
 *
 * @throws ShapeError where the shapes do not fit
 */
export function attention(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, options: AttentionOptions = {}): tf.Tensor {
  const fits = q.rank === 4 && k.rank === 4 && v.rank === 4 && k.shape.slice(0, 3).join() === v.shape.slice(0, 3).join()
  if (!fits || q.shape.slice(0, 2).join() !== k.shape.slice(0, 2).join() || q.shape[3] !== k.shape[3])
    throw new ShapeError(`attention: expected q [B, H, T, d], k and v [B, H, S, d], got [${q.shape}], [${k.shape}], [${v.shape}]`)
  const { mask, scale = 1 / Math.sqrt(q.shape[3]!) } = options
  const named: Record<string, tf.Tensor> = mask ? { q, k, v, mask } : { q, k, v }
  return withGradient(
    named,
    (save) => {
      const { queries, weights, out } = attend(q, k, v, scale, mask)
      save([queries, k, v, weights, out])
      return out
    },
    (dy, [queries, keys, values, weights, out]) => {
      const scores = scoreGradient(dy, values!, weights!, out!)
      return {
        q: () => times(product(scores, keys!), scale),
        k: () => product(scores, queries!, { transposeA: true }),
        v: () => product(weights!, dy, { transposeA: true }),
        mask: () => unbroadcast(scores, mask!.shape),
      }
    },
  )
}

/** Options of `selfAttention`. */
export interface SelfAttentionOptions extends AttentionOptions {
  /** H; divides D. */
  readonly heads: number
}

/**
 * Multi-head attention of a sequence to itself from one joint projection: qkv [B, T, 3 D] (queries, then keys, then
 * values; each with its heads in a row) gives [B, T, D]. One operation on the tape where splitting, attending and joining would
 * be twenty.
 *
 * @throws ShapeError or ConfigError where `heads` does not divide the width
 */
export function selfAttention(qkvBT3D: tf.Tensor, { heads, mask, scale: givenScale }: SelfAttentionOptions): tf.Tensor {
  const [batch, length, joint] = qkvBT3D.shape
  if (qkvBT3D.rank !== 3 || joint! % 3 !== 0) throw new ShapeError(`selfAttention: expected qkv [B, T, 3 D], got [${qkvBT3D.shape}]`)
  const width = joint! / 3
  if (heads < 1 || width % heads !== 0) throw new ConfigError(`selfAttention: expected heads to divide the width ${width}, got ${heads}`)
  const d = width / heads
  const scale = givenScale ?? 1 / Math.sqrt(d)
  const named: Record<string, tf.Tensor> = mask ? { qkv: qkvBT3D, mask } : { qkv: qkvBT3D }
  return withGradient(
    named,
    (save) => {
      const parts = transposed(reshaped(qkvBT3D, [batch, length!, 3, heads, d]), [2, 0, 3, 1, 4]) // [3, B, H, T, d]
      const [q, k, v] = unstacked(parts) as [tf.Tensor, tf.Tensor, tf.Tensor]
      const { queries, weights, out } = attend(q, k, v, scale, mask)
      save([queries, k, v, weights, out])
      return reshaped(transposed(out, [0, 2, 1, 3]), [batch, length!, width])
    },
    (dy, [queries, keys, values, weights, out]) => {
      const dOut = transposed(reshaped(dy, [batch, length!, heads, d]), [0, 2, 1, 3])
      const scores = scoreGradient(dOut, values!, weights!, out!)
      return {
        qkv: () => {
          const dq = times(product(scores, keys!), scale)
          const dk = product(scores, queries!, { transposeA: true })
          const dv = product(weights!, dOut, { transposeA: true })
          return reshaped(transposed(tf.stack([dq, dk, dv]), [1, 3, 0, 2, 4]), qkvBT3D.shape)
        },
        mask: () => unbroadcast(scores, mask!.shape),
      }
    },
  )
}

/** `queries` are scaled already. */
function attend(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, scale: number, mask: tf.Tensor | undefined) {
  const queries = times(q, scale)
  const scores = product(queries, k, { transposeB: true }) // [B, H, T, S]
  const weights = tf.softmax(mask ? tf.add(scores, mask) : scores)
  return { queries, weights, out: product(weights, v) }
}

/** Softmax gradient w (dw - sum(dw w)); the sum over keys equals sum(dy out) over the d of a head, which is smaller. */
function scoreGradient(dy: tf.Tensor, v: tf.Tensor, weights: tf.Tensor, out: tf.Tensor): tf.Tensor {
  const dWeights = product(dy, v, { transposeB: true })
  if (hasFused("ScalewiseSoftmaxGradient")) return softmaxGradient(weights, dWeights)
  return tf.mul(weights, tf.sub(dWeights, summed(tf.mul(dy, out), [3], true)))
}

function unstacked(x: tf.Tensor): tf.Tensor[] {
  const native = nativeBackend()
  if (native === undefined) return tf.unstack(x)
  const { TF_ATTR_INT } = native.binding
  const count = x.shape[0]
  const attributes = [
    { name: "num", type: TF_ATTR_INT, value: count },
    typeAttribute(native, "T"),
    { name: "axis", type: TF_ATTR_INT, value: 0 },
  ]
  return native.executeMultipleOutputs("Unpack", attributes, [x], count)
}
