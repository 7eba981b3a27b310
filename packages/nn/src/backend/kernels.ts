/**
 * Plain kernels: no gradient is recorded, constants are cached, and the few places where a backend needs another route
 * are handled. They are meant for the inside of `withGradient`; an operation that people call lives in `ops/`.
 */
import { cached, constant } from "./constant.ts"
import { hasFused, runFused } from "./fused.ts"
import { booleanAttribute, nativeBackend, typeAttribute, type NativeAttribute, type NativeBackend } from "./native-backend.ts"
import * as tf from "./tf.ts"

/** x * number. */
export const times = (x: tf.Tensor, factor: number): tf.Tensor => tf.mul(x, constant(factor))

/** x + number. */
export const plus = (x: tf.Tensor, term: number): tf.Tensor => tf.add(x, constant(term))

/** The same numbers in another shape, row-major. */
export function reshaped(x: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const native = nativeBackend()
  if (native === undefined || x.dtype !== "float32") return tf.reshape(x, [...shape])
  // tfjs-node makes a new shape tensor for every reshape; the cached one is a third of the cost.
  const attributes = [typeAttribute(native, "T"), typeAttribute(native, "Tshape", "int32")]
  return native.executeSingleOutput("Reshape", attributes, [x, constant(shape, "int32")])
}

/** Dimensions in another order. */
export function transposed(x: tf.Tensor, order: readonly number[]): tf.Tensor {
  const native = nativeBackend()
  if (native === undefined || x.dtype !== "float32") return tf.transpose(x, [...order])
  const attributes = [typeAttribute(native, "T"), typeAttribute(native, "Tperm", "int32")]
  return native.executeSingleOutput("Transpose", attributes, [x, constant(order, "int32")])
}

/** Sum over dimensions (never negative). */
export const summed = (x: tf.Tensor, axes: readonly number[], keepDimensions = false): tf.Tensor => reduced("Sum", x, axes, keepDimensions)

/** Mean over dimensions (never negative). */
export const averaged = (x: tf.Tensor, axes: readonly number[], keepDimensions = false): tf.Tensor =>
  reduced("Mean", x, axes, keepDimensions)

function reduced(kind: "Sum" | "Mean", x: tf.Tensor, axes: readonly number[], keepDimensions: boolean): tf.Tensor {
  const native = nativeBackend()
  if (native === undefined) return (kind === "Sum" ? tf.sum : tf.mean)(x, [...axes], keepDimensions)
  const attributes = [
    booleanAttribute(native, "keep_dims", keepDimensions),
    typeAttribute(native, "T"),
    typeAttribute(native, "Tidx", "int32"),
  ]
  return native.executeSingleOutput(kind, attributes, [x, constant(axes, "int32")])
}

/** x [..., C] + bias [C]. */
export function biased(x: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const native = nativeBackend()
  return native === undefined ? tf.add(x, bias) : native.executeSingleOutput("BiasAdd", biasAttributes(native), [x, bias])
}

/** The gradient of the bias of `biased`: the sum of dy [..., C] over all but the last dimension. */
export function biasGradient(dy: tf.Tensor): tf.Tensor {
  const native = nativeBackend()
  // Twice as fast as the general sum.
  if (native !== undefined && dy.rank > 1) return native.executeSingleOutput("BiasAddGrad", biasAttributes(native), [dy])
  return tf.sum(
    dy,
    dy.shape.slice(0, -1).map((_, axis) => axis),
  )
}

const biasAttributes = (native: NativeBackend): NativeAttribute[] => [
  typeAttribute(native, "T"),
  { name: "data_format", type: native.binding.TF_ATTR_STRING, value: "NHWC" },
]

/** dy * y * (1 - y), the gradient of a sigmoid with value y. */
export function sigmoidGradient(y: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  const native = nativeBackend()
  if (native !== undefined) return native.executeSingleOutput("SigmoidGrad", [typeAttribute(native, "T")], [y, dy])
  return tf.mul(dy, tf.sub(y, tf.mul(y, y)))
}

/** y (dy - sum(dy y)) over the last dimension, the gradient of a softmax with value y. */
export function softmaxGradient(y: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  if (hasFused("ScalewiseSoftmaxGradient")) return runFused("ScalewiseSoftmaxGradient", { y, dy })[0]!
  return tf.mul(y, tf.sub(dy, summed(tf.mul(dy, y), [dy.rank - 1], true)))
}

/** Sums a gradient down to the shape that was broadcast: the inverse of NumPy broadcasting. */
export function unbroadcast(gradient: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const lead = gradient.rank - shape.length
  const axes = gradient.shape.flatMap((length, axis) => (axis < lead || (shape[axis - lead] === 1 && length > 1) ? [axis] : []))
  const sum = axes.length === 0 ? gradient.clone() : summed(gradient, axes, true)
  return sum.rank === shape.length ? sum : reshaped(sum, shape)
}

/** Options of `product`. */
export interface ProductFlags {
  /** Use a with its last two dimensions exchanged. @defaultValue false */
  readonly transposeA?: boolean
  /** Use b with its last two dimensions exchanged. @defaultValue false */
  readonly transposeB?: boolean
}

/** Matrix product of [..., M, K] and [..., K, N]; leading dimensions broadcast. */
export function product(a: tf.Tensor, b: tf.Tensor, { transposeA = false, transposeB = false }: ProductFlags = {}): tf.Tensor {
  const native = nativeBackend()
  if (native !== undefined) {
    // The plain kernel is up to a third faster on matrices, and TensorFlow's graph optimiser can merge it with a bias.
    const isPlain = a.rank === 2 && b.rank === 2
    const [kernel, left, right] = isPlain ? ["MatMul", "transpose_a", "transpose_b"] : ["BatchMatMulV2", "adj_x", "adj_y"]
    const attributes = [typeAttribute(native, "T"), booleanAttribute(native, left, transposeA), booleanAttribute(native, right, transposeB)]
    return native.executeSingleOutput(kernel, attributes, [a, b])
  }
  if (tf.getBackend() === "wasm") return tf.matMul(a, b, transposeA, transposeB)
  const [left, right] = sameLead(a, b)
  return tf.matMul(left, right, transposeA, transposeB)
}

/** WebGPU and plain JavaScript do not broadcast leading dimensions in every case. */
function sameLead(a: tf.Tensor, b: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const leadA = a.shape.slice(0, -2)
  const leadB = b.shape.slice(0, -2)
  if (leadA.join() === leadB.join()) return [a, b]
  const lead = tf.broadcast_util.assertAndGetBroadcastShape(leadA, leadB)
  const expand = (x: tf.Tensor, own: readonly number[]): tf.Tensor =>
    own.join() === lead.join() ? x : tf.broadcastTo(x, [...lead, ...x.shape.slice(-2)])
  return [expand(a, leadA), expand(b, leadB)]
}

/** Rows `ids` of a table [N, D]; the result is [...ids.shape, D]. */
export function rows(table: tf.Tensor, ids: tf.Tensor): tf.Tensor {
  const native = nativeBackend()
  if (native === undefined) return tf.gather(table, ids)
  // tfjs-node's own kernel copies the ids to JavaScript to check them; TensorFlow checks them itself.
  const attributes = [
    { name: "batch_dims", type: native.binding.TF_ATTR_INT, value: 0 },
    typeAttribute(native, "Tparams"),
    typeAttribute(native, "Tindices", "int32"),
    typeAttribute(native, "Taxis", "int32"),
  ]
  return native.executeSingleOutput("GatherV2", attributes, [table, ids, constant(0, "int32")])
}

/** The gradient of `rows`: row i of the result [count, D] is the sum of the rows of `values` whose id is i. */
export function rowSums(values: tf.Tensor, ids: tf.Tensor, count: number): tf.Tensor {
  const native = nativeBackend()
  if (native !== undefined) {
    const attributes = [
      typeAttribute(native, "T"),
      typeAttribute(native, "Tindices", "int32"),
      typeAttribute(native, "Tnumsegments", "int32"),
    ]
    // Not a cached constant: graphs of many sizes would leave one for each.
    return tf.tidy(() => native.executeSingleOutput("UnsortedSegmentSum", attributes, [values, ids, tf.scalar(count, "int32")]))
  }
  const width = values.shape.at(-1)!
  return tf.unsortedSegmentSum(tf.reshape(values, [-1, width]), tf.reshape<tf.Rank.R1>(ids, [-1]), count)
}

/** A matrix of fixed numbers, cached like `constant`. */
export const constantMatrix = (key: string, rowCount: number, columnCount: number, values: () => Float32Array): tf.Tensor =>
  cached(`${key} ${rowCount} ${columnCount}`, () => tf.tensor2d(values(), [rowCount, columnCount]))
