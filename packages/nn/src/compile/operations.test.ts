import { beforeAll, describe, expect, test } from "vitest"
import { selectBackend } from "../backend/select-backend.ts"
import * as tf from "../backend/tf.ts"
import { testBackends } from "../testing/test-backends.ts"
import { compileFunction } from "./compile-function.ts"

type Inputs = Record<"x" | "m" | "i" | "b" | "image" | "filter", tf.Tensor>
type Operation = (inputs: Inputs) => tf.Tensor | Record<string, tf.Tensor>

// x [2, 3, 4] float, m [3, 4] float, i [3] int32, b [3, 4] bool, image [2, 4, 4, 3], filter [2, 2, 3, 3]
const operations: Record<string, Operation> = {
  arithmetic: ({ x, m }) => tf.div(tf.sub(tf.mul(tf.add(x, m), 2), tf.square(m)), tf.add(tf.abs(x), 1)),
  "mod, pow, floorDiv": ({ x, m }) => tf.add(tf.mod(x, 0.7), tf.add(tf.pow(tf.abs(m), 1.5), tf.floorDiv(x, 0.3))),
  "min, max, atan2": ({ x, m }) => tf.add(tf.minimum(x, m), tf.add(tf.maximum(x, m), tf.atan2(x, m))),
  exponentials: ({ x }) =>
    tf.stack([tf.exp(x), tf.expm1(x), tf.log(tf.abs(x)), tf.log1p(tf.abs(x)), tf.sqrt(tf.abs(x)), tf.rsqrt(tf.abs(x))]),
  trigonometry: ({ x }) => tf.stack([tf.sin(x), tf.cos(x), tf.tanh(x), tf.atan(x), tf.sinh(x), tf.cosh(x), tf.erf(x)]),
  rounding: ({ x }) => tf.stack([tf.round(x), tf.floor(x), tf.ceil(x), tf.sign(x), tf.neg(x), tf.reciprocal(x)]),
  activations: ({ x, m }) =>
    tf.stack([
      tf.relu(x),
      tf.relu6(x),
      tf.elu(x),
      tf.selu(x),
      tf.leakyRelu(x),
      tf.prelu(x, tf.abs(m)),
      tf.softplus(x),
      tf.sigmoid(x),
      tf.step(x),
    ]),
  "clip, cast, isNaN": ({ x, i }) => ({
    clip: tf.clipByValue(x, -0.5, 0.5),
    cast: tf.cast(x, "int32"),
    float: tf.cast(i, "float32"),
    nan: tf.isNaN(x),
  }),
  comparisons: ({ x, m }) => ({ less: tf.less(x, m), equal: tf.equal(x, x), greater: tf.greaterEqual(x, m), not: tf.notEqual(x, m) }),
  logic: ({ b }) => ({ and: tf.logicalAnd(b, tf.logicalNot(b)), or: tf.logicalOr(b, b), any: tf.any(b), all: tf.all(b, 1) }),
  where: ({ b, m }) => tf.where(b, m, tf.zerosLike(m)),
  sums: ({ x }) => ({
    sum: tf.sum(x, [0, 2]),
    mean: tf.mean(x, -1, true),
    prod: tf.prod(x, 1),
    max: tf.max(x, 2),
    min: tf.min(x),
    norm: tf.norm(x),
  }),
  "moments, logSumExp": ({ x }) => ({ ...tf.moments(x, [0, 1]), lse: tf.logSumExp(x, 1) }),
  softmaxes: ({ x }) => ({ softmax: tf.softmax(x), log: tf.logSoftmax(x) }),
  "argMax, argMin, topk": ({ x }) => ({ most: tf.argMax(x, 1), least: tf.argMin(x, -1), ...tf.topk(x, 2) }),
  "cumsum, cumprod": ({ x }) => tf.add(tf.cumsum(x, 1, true), tf.cumprod(x, 2)),
  matMul: ({ x, m }) => ({
    batch: tf.matMul(x, tf.stack([m, m]), false, true),
    plain: tf.matMul(m, m, true),
    dot: tf.dot(tf.slice(m, [0, 0], [1, 4]).flatten(), tf.slice(m, [1, 0], [1, 4]).flatten()),
  }),
  einsum: ({ x, m }) => tf.einsum("bij,kj->bik", x, m),
  shapes: ({ x }) => ({
    t: tf.transpose(x, [2, 0, 1]),
    r: tf.reshape(x, [6, 4]),
    e: tf.expandDims(x, 1),
    s: tf.squeeze(tf.expandDims(x, 0)),
    f: tf.reverse(x, 1),
    tile: tf.tile(x, [1, 2, 1]),
    b: tf.broadcastTo(x, [3, 2, 3, 4]),
  }),
  slices: ({ x }) => ({
    slice: tf.slice(x, [0, 1, 1], [2, 2, 2]),
    strided: tf.stridedSlice(x, [0, 0, 0], [2, 3, 4], [1, 2, 2]),
    ...Object.fromEntries(tf.split(x, 2, 2).map((t, at) => [`part${at}`, t])),
  }),
  "concat, stack, unstack": ({ x }) => ({ c: tf.concat([x, x], 2), s: tf.stack([x, x], 1), u: tf.unstack(x)[1]! }),
  "pad, mirrorPad": ({ x }) => ({
    p: tf.pad(
      x,
      [
        [0, 1],
        [1, 0],
        [0, 0],
      ],
      2,
    ),
    m: tf.mirrorPad(
      x,
      [
        [0, 1],
        [1, 1],
        [0, 0],
      ],
      "reflect",
    ),
  }),
  "gather, gatherND, oneHot": ({ m, i }) => ({
    g: tf.gather(m, i),
    axis: tf.gather(m, i, 1),
    nd: tf.gatherND(m, tf.reshape(i, [3, 1])),
    hot: tf.oneHot(tf.cast(i, "int32"), 4),
  }),
  "segments, scatter": ({ m, i }) => ({
    seg: tf.unsortedSegmentSum(m, i as tf.Tensor1D, 3),
    sc: tf.scatterND(tf.reshape(i, [3, 1]), m, [3, 4]),
  }),
  "fill, range": ({ x }) => tf.add(tf.add(x, tf.fill([4], 0.5)), tf.range(0, 4)),
  convolutions: ({ image, filter }) => ({
    same: tf.conv2d(image as tf.Tensor4D, filter as tf.Tensor4D, 1, "same"),
    strided: tf.conv2d(image as tf.Tensor4D, filter as tf.Tensor4D, 2, "valid"),
    transposed: tf.conv2dTranspose(image as tf.Tensor4D, filter as tf.Tensor4D, [2, 8, 8, 3], 2, "same"),
    depthwise: tf.depthwiseConv2d(image as tf.Tensor4D, filter as tf.Tensor4D, 1, "same"),
  }),
  pooling: ({ image }) => ({ max: tf.maxPool(image as tf.Tensor4D, 2, 2, "valid"), avg: tf.avgPool(image as tf.Tensor4D, 2, 1, "same") }),
  resizing: ({ image }) => ({
    bilinear: tf.image.resizeBilinear(image as tf.Tensor4D, [8, 6]),
    nearest: tf.image.resizeNearestNeighbor(image as tf.Tensor4D, [8, 8]),
  }),
  "space and depth": ({ image }) => ({
    d: tf.depthToSpace(tf.concat([image, image, image, image], 3) as tf.Tensor4D, 2),
    b: tf.spaceToBatchND(
      image,
      [2, 2],
      [
        [0, 0],
        [0, 0],
      ],
    ),
  }),
  "conv gradients": ({ image, filter }) => {
    const [dx, dw] = tf.grads((a, w) => tf.sum(tf.square(tf.conv2d(a as tf.Tensor4D, w as tf.Tensor4D, 2, "same"))))([image, filter])
    return { dx: dx!, dw: dw! }
  },
  "pool and resize gradients": ({ image }) => ({
    max: tf.grad((a) => tf.sum(tf.square(tf.maxPool(a as tf.Tensor4D, 2, 2, "valid"))))(image),
    avg: tf.grad((a) => tf.sum(tf.square(tf.avgPool(a as tf.Tensor4D, 2, 2, "same"))))(image),
    bilinear: tf.grad((a) => tf.sum(tf.square(tf.image.resizeBilinear(a as tf.Tensor4D, [8, 8]))))(image),
  }),
  "gather gradient": ({ m, i }) => tf.grad((a) => tf.sum(tf.square(tf.gather(a, i))))(m),
  "normalisation gradient": ({ x }) =>
    tf.grad((a) => tf.sum(tf.pow(tf.div(tf.sub(a, tf.mean(a, -1, true)), tf.sqrt(tf.add(tf.moments(a, -1, true).variance, 1e-5))), 3)))(x),
}

const hasNative = (await testBackends()).includes("native")

describe.skipIf(!hasNative)("captured operations of tfjs equal the eager ones", () => {
  let inputs: Inputs
  beforeAll(async () => {
    await selectBackend({ prefer: "native" })
    const numbers = (shape: number[]): tf.Tensor =>
      tf.tensor(
        Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, at) => Math.sin(at * 12.9 + 1) * 1.3),
        shape,
      )
    const m = numbers([3, 4])
    inputs = {
      x: numbers([2, 3, 4]),
      m,
      i: tf.tensor1d([2, 0, 2], "int32"),
      b: tf.greater(m, 0),
      image: numbers([2, 4, 4, 3]),
      filter: numbers([2, 2, 3, 3]),
    }
  })

  test.each(Object.keys(operations))("%s", (name) => {
    const run = (mode: "captured" | "eager"): [string, tf.Tensor][] => {
      const compiled = compileFunction((_, given) => operations[name]!(given as Inputs), { parameters: {}, mode })
      const first = compiled(inputs)
      const again = compiled(inputs)
      tf.dispose(first)
      compiled.dispose()
      return again instanceof tf.Tensor ? [["", again]] : Object.entries(again)
    }
    const expected = Object.fromEntries(run("eager"))
    for (const [key, tensor] of run("captured")) {
      expect(tensor.shape, key).toEqual(expected[key]!.shape)
      expect(tensor.dtype, key).toBe(expected[key]!.dtype)
      const [found, wanted] = [tensor.dataSync(), expected[key]!.dataSync()]
      for (const [at, value] of Array.from(wanted).entries()) {
        if (!Object.is(found[at], value))
          expect(Math.abs(found[at]! - value), `${key} at ${at}`).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(value)))
      }
    }
  })
})
