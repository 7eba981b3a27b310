import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { selectBackend } from "../backend/select-backend.ts"
import * as tf from "../backend/tf.ts"
import { randomStream } from "../random/random-stream.ts"
import { checkGradient } from "../testing/check-gradient.ts"
import { testBackends } from "../testing/test-backends.ts"
import * as ops from "./index.ts"

const random = randomStream("conformance")

/** Name, shapes of the differentiable inputs, function. Batch and channels above 1 throughout; K = 70 where a product is made. */
type Case = readonly [name: string, shapes: readonly (readonly number[])[], f: (...inputs: tf.Tensor[]) => tf.Tensor, step?: number]

const ids = (): tf.Tensor => tf.tensor([3, 0, 3, 5, 1, 3], [2, 3], "int32")
const distribution = (shape: number[]): tf.Tensor => tf.softmax(random.fold("target").normal(shape))
const causal = (): tf.Tensor => tf.tensor2d([0, -1e9, -1e9, 0, 0, -1e9, 0, 0, 0], [3, 3])

const cases: readonly Case[] = [
  [
    "matMul, matrices",
    [
      [3, 70],
      [70, 4],
    ],
    (a, b) => ops.matMul(a, b),
  ],
  [
    "matMul, first transposed",
    [
      [70, 3],
      [70, 4],
    ],
    (a, b) => ops.matMul(a, b, { transposeA: true }),
  ],
  [
    "matMul, second transposed",
    [
      [3, 70],
      [4, 70],
    ],
    (a, b) => ops.matMul(a, b, { transposeB: true }),
  ],
  [
    "matMul, both transposed",
    [
      [70, 3],
      [4, 70],
    ],
    (a, b) => ops.matMul(a, b, { transposeA: true, transposeB: true }),
  ],
  [
    "matMul, batch",
    [
      [2, 3, 5],
      [2, 5, 4],
    ],
    (a, b) => ops.matMul(a, b),
  ],
  [
    "matMul, batch, both transposed",
    [
      [2, 5, 3],
      [2, 4, 5],
    ],
    (a, b) => ops.matMul(a, b, { transposeA: true, transposeB: true }),
  ],
  [
    "matMul, rank 4 by 2",
    [
      [2, 2, 3, 70],
      [70, 4],
    ],
    (a, b) => ops.matMul(a, b),
  ],
  [
    "matMul, rank 2 by 3",
    [
      [3, 5],
      [2, 5, 4],
    ],
    (a, b) => ops.matMul(a, b),
  ],
  [
    "matMul, rank 2 transposed by 3 transposed",
    [
      [5, 3],
      [2, 4, 5],
    ],
    (a, b) => ops.matMul(a, b, { transposeA: true, transposeB: true }),
  ],
  [
    "matMul, leading dimensions broadcast both ways",
    [
      [2, 1, 3, 5],
      [1, 4, 5, 2],
    ],
    (a, b) => ops.matMul(a, b),
  ],
  ["linear", [[3, 70], [70, 4], [4]], (x, w, b) => ops.linear(x, w, b)],
  [
    "linear, rank 4 without bias",
    [
      [2, 2, 3, 5],
      [5, 4],
    ],
    (x, w) => ops.linear(x, w),
  ],
  ["linear, one row", [[5], [5, 4], [4]], (x, w, b) => ops.linear(x, w, b)],
  [
    "a weight used at two shapes",
    [
      [3, 2],
      [4, 3],
      [2, 3],
    ],
    (a, c, w) => tf.concat([ops.matMul(a, w).flatten(), ops.linear(c, tf.reshape(w, [3, 2])).flatten()]),
  ],
  ["embedding", [[6, 4]], (table) => ops.embedding(table, ids())],
  ["segmentSum", [[5, 3]], (values) => ops.segmentSum(values, tf.tensor1d([2, 0, 2, 3, 2], "int32"), 5)],
  ["conv2d, same", [[2, 5, 4, 3], [3, 3, 3, 4], [4]], (x, filter, bias) => ops.conv2d(x, filter, { bias })],
  [
    "conv2d, valid, stride 2",
    [
      [2, 7, 6, 3],
      [3, 3, 3, 2],
    ],
    (x, filter) => ops.conv2d(x, filter, { stride: 2, padding: "valid" }),
  ],
  [
    "conv2d, same, stride 2",
    [
      [2, 6, 5, 2],
      [3, 3, 2, 3],
    ],
    (x, filter) => ops.conv2d(x, filter, { stride: 2 }),
  ],
  [
    "conv2d, explicit padding",
    [
      [2, 6, 6, 2],
      [3, 2, 2, 3],
    ],
    (x, filter) =>
      ops.conv2d(x, filter, {
        stride: 2,
        padding: [
          [0, 1],
          [2, 1],
        ],
      }),
  ],
  [
    "conv2d, 1 x 1",
    [
      [2, 3, 4, 3],
      [1, 1, 3, 2],
    ],
    (x, filter) => ops.conv2d(x, filter),
  ],
  [
    "conv2d, 1 x 1, stride 3",
    [
      [2, 5, 7, 3],
      [1, 1, 3, 2],
    ],
    (x, filter) => ops.conv2d(x, filter, { stride: 3 }),
  ],
  [
    "convTranspose2d, same, stride 2",
    [[2, 3, 4, 2], [4, 4, 3, 2], [3]],
    (x, filter, bias) => ops.convTranspose2d(x, filter, { bias, stride: 2 }),
  ],
  [
    "convTranspose2d, valid, stride 3",
    [
      [2, 2, 3, 2],
      [2, 3, 3, 2],
    ],
    (x, filter) => ops.convTranspose2d(x, filter, { stride: 3, padding: "valid" }),
  ],
  [
    "convTranspose2d, explicit padding",
    [
      [2, 3, 3, 2],
      [3, 3, 2, 2],
    ],
    (x, filter) =>
      ops.convTranspose2d(x, filter, {
        stride: 2,
        padding: [
          [1, 0],
          [1, 1],
        ],
      }),
  ],
  ["maxPool2d", [[2, 4, 6, 3]], (x) => ops.maxPool2d(x), 2e-3],
  ["maxPool2d, rest left over", [[2, 5, 7, 3]], (x) => ops.maxPool2d(x), 2e-3],
  ["maxPool2d, windows that overlap", [[2, 5, 7, 3]], (x) => ops.maxPool2d(x, { size: 3, stride: 2 }), 2e-3],
  ["upsampleNearest", [[2, 2, 3, 2]], (x) => ops.upsampleNearest(x, 3)],
  ["pixelShuffle", [[2, 2, 3, 8]], (x) => ops.pixelShuffle(x, 2)],
  ["pixelUnshuffle", [[2, 4, 6, 2]], (x) => ops.pixelUnshuffle(x, 2)],
  ["layerNorm", [[2, 3, 6], [6], [6]], (x, weight, bias) => ops.layerNorm(x, { weight, bias })],
  ["layerNorm without parameters", [[4, 6]], (x) => ops.layerNorm(x, { epsilon: 0.1 })],
  ["layerNorm, bias alone", [[4, 6], [6]], (x, bias) => ops.layerNorm(x, { bias })],
  ["groupNorm", [[2, 2, 3, 6], [6], [6]], (x, weight, bias) => ops.groupNorm(x, { groups: 2, weight, bias })],
  ["groupNorm without parameters", [[2, 4, 6]], (x) => ops.groupNorm(x, { groups: 3 })],
  ["gelu", [[3, 5]], (x) => ops.gelu(x)],
  ["geluTanh", [[3, 5]], (x) => ops.geluTanh(x)],
  ["silu", [[3, 5]], (x) => ops.silu(x)],
  ["softmax", [[2, 3, 5]], (x) => ops.softmax(x)],
  ["logSoftmax", [[2, 3, 5]], (x) => ops.logSoftmax(x)],
  [
    "attention",
    [
      [2, 2, 3, 4],
      [2, 2, 5, 4],
      [2, 2, 5, 4],
    ],
    (q, k, v) => ops.attention(q, k, v),
  ],
  [
    "attention, causal",
    [
      [2, 2, 3, 4],
      [2, 2, 3, 4],
      [2, 2, 3, 4],
    ],
    (q, k, v) => ops.attention(q, k, v, { mask: causal(), scale: 0.7 }),
  ],
  [
    "attention, learned bias",
    [
      [2, 2, 3, 4],
      [2, 2, 5, 4],
      [2, 2, 5, 4],
      [2, 3, 5],
    ],
    (q, k, v, mask) => ops.attention(q, k, v, { mask }),
  ],
  ["attention of x to itself", [[2, 2, 3, 4]], (x) => ops.attention(x, x, x)],
  ["selfAttention", [[2, 3, 24]], (qkv) => ops.selfAttention(qkv, { heads: 2 })],
  [
    "selfAttention, learned bias",
    [
      [2, 3, 24],
      [1, 4, 3, 3],
    ],
    (qkv, mask) => ops.selfAttention(qkv, { heads: 4, mask }),
  ],
  ["crossEntropy", [[2, 3, 6]], (logits) => ops.crossEntropy(logits, ids())],
  ["crossEntropy, one class", [[2, 3, 1]], (logits) => ops.crossEntropy(logits, tf.zeros([2, 3], "int32"))],
  ["softCrossEntropy", [[3, 6]], (logits) => ops.softCrossEntropy(logits, distribution([3, 6]))],
  [
    "softCrossEntropy, targets too",
    [
      [3, 6],
      [3, 6],
    ],
    (logits, goals) => ops.softCrossEntropy(logits, ops.softmax(goals)),
  ],
  [
    "binaryCrossEntropyWithLogits",
    [
      [3, 6],
      [3, 6],
    ],
    (z, t) => ops.binaryCrossEntropyWithLogits(z, tf.sigmoid(t)),
    3e-3,
  ],
  ["resample2d, area", [[2, 7, 5, 2]], (x) => ops.resample2d(x, { kind: "area", height: 3, width: 2 })],
  ["resample2d, bicubic", [[2, 3, 4, 2]], (x) => ops.resample2d(x, { kind: "bicubic", height: 7, width: 5 })],
  ["resample2d, by direction", [[2, 13, 17, 2]], (x) => ops.resample2d(x, { kind: "bilinear", height: 19, width: 21 })],
  ["dropout", [[2, 3]], (x) => ops.dropout(x, tf.tensor2d([1, 0, 1, 1, 0, 1], [2, 3]), { rate: 1 / 3 })],
]

describe.each(await testBackends())("on %s", (backend) => {
  beforeAll(async () => {
    const { name, reason } = await selectBackend({ prefer: backend })
    if (name !== backend) throw new Error(reason)
  })
  afterAll(() => tf.disposeVariables())

  const named = cases.map(([name, shapes, f, step = 1e-2]) => ({ name, shapes, f, step }))
  test.each(named)("the gradient of $name is the finite difference", async ({ name, shapes, f, step }) => {
    const inputs = shapes.map((shape, i) => random.fold(name).fold(i).normal(shape))
    await checkGradient(f, inputs, { probes: 12, tolerance: 3e-3, step })
    tf.dispose(inputs)
  })

  test("gradients leave no tensor behind", () => {
    for (const [name, shapes, f] of cases) {
      const inputs = shapes.map((shape, i) => random.fold(name).fold(i).normal(shape))
      const run = (): void => tf.tidy(() => void tf.grads((...xs: tf.Tensor[]) => tf.sum(f(...xs)))(inputs))
      run() // fills the cache of constants
      const before = tf.memory().numTensors
      run()
      expect({ name, tensors: tf.memory().numTensors }).toEqual({ name, tensors: before })
      tf.dispose(inputs)
    }
  })

  test("a gradient that nobody asks for is not computed", () => {
    const x = random.fold("x").normal([3, 5])
    const w = random.fold("w").normal([5, 4])
    const dw = tf.grad((weight: tf.Tensor) => tf.sum(ops.linear(x, weight)))(w)
    expect(dw.shape).toEqual([5, 4])
    tf.dispose([x, w, dw])
  })

  test("maxPool2d gives the gradient of equal numbers to the first of the window", () => {
    tf.tidy(() => {
      const x = tf.tensor4d([1, 7, 1, 7, 1, 7, 1, 7], [1, 2, 2, 2]) // both channels: four equal numbers
      expect([...ops.maxPool2d(x).dataSync()]).toEqual([1, 7])
      expect([
        ...tf
          .grad((t: tf.Tensor) => tf.sum(ops.maxPool2d(t)))(x)
          .dataSync(),
      ]).toEqual([1, 1, 0, 0, 0, 0, 0, 0])
      expect(() => ops.maxPool2d(tf.zeros([1, 1, 4, 2]))).toThrow(/maxPool2d: expected x \[B, H, W, C\] with H and W of at least 2/)
    })
  })

  test("the cross-entropy of one class is 0", () => {
    tf.tidy(() => {
      const loss = ops.crossEntropy(tf.tensor2d([[3], [-200]]), tf.zeros([2], "int32"))
      expect([...loss.dataSync()]).toEqual([0, 0])
    })
  })

  test("stopGradient and straightThrough", () => {
    tf.tidy(() => {
      const x = tf.tensor1d([0.2, 1.7, -0.6])
      expect(
        [
          ...tf
            .grad((t: tf.Tensor) => tf.sum(tf.mul(t, ops.stopGradient(tf.square(t)))))(x)
            .dataSync(),
        ].map((v) => +v.toFixed(5)),
      ).toEqual([0.04, 2.89, 0.36])
      const rounded = (t: tf.Tensor): tf.Tensor => ops.straightThrough(ops.stopGradient(tf.round(t)), t)
      expect([...rounded(x).dataSync()]).toEqual([0, 2, -1])
      expect([
        ...tf
          .grad((t: tf.Tensor) => tf.sum(tf.square(rounded(t))))(x)
          .dataSync(),
      ]).toEqual([0, 4, -2])
      // The comparison has no gradient function; behind a stop nobody looks for one.
      const gated = (t: tf.Tensor): tf.Tensor => tf.sum(tf.mul(t, ops.stopGradient(tf.cast(tf.greater(t, 0), "float32"))))
      expect([...tf.grad(gated)(x).dataSync()]).toEqual([1, 1, 0])
    })
  })

  test("a second shape of one weight is not read in the layout of the first", () => {
    tf.tidy(() => {
      const w = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3])
      expect([...ops.matMul(tf.tensor2d([[1, 1]]), w).dataSync()]).toEqual([5, 7, 9])
      expect([...ops.matMul(tf.tensor2d([[1, 1, 1]]), tf.reshape(w, [3, 2])).dataSync()]).toEqual([9, 12])
    })
  })
})
