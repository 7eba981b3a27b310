import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { selectBackend } from "../backend/select-backend.ts"
import * as tf from "../backend/tf.ts"
import { loadTensors } from "../checkpoint/safetensors.ts"
import type { FlatParameters } from "../parameters.ts"
import { expectAllClose } from "../testing/expect-all-close.ts"
import { sharedFolder } from "../testing/shared-folder.ts"
import { testBackends } from "../testing/test-backends.ts"
import * as ops from "./index.ts"

const shared = sharedFolder()

const toNhwc = (x: tf.Tensor): tf.Tensor => tf.transpose(x, [0, 2, 3, 1])
const toNchw = (x: tf.Tensor): tf.Tensor => tf.transpose(x, [0, 3, 1, 2])
const toHwio = (w: tf.Tensor): tf.Tensor => tf.transpose(w, [2, 3, 1, 0])

/** Lower triangle: what lies ahead is hidden. */
const causal = (length: number): tf.Tensor =>
  tf.tensor2d(
    Float32Array.from({ length: length * length }, (_, at) => (at % length > Math.floor(at / length) ? -1e9 : 0)),
    [length, length],
  )

/** 0, 1, 0, 1, ... */
const alternating = (shape: readonly number[]): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, (_, at) => at % 2),
    [...shape],
  )

const resample = (kind: ops.ResamplingKind, size: number) => (x: tf.Tensor) =>
  toNchw(ops.resample2d(toNhwc(x), { kind, height: size, width: size }))

type Case = readonly [name: string, inputs: readonly string[], f: (...inputs: tf.Tensor[]) => tf.Tensor]

function casesOf(fixtures: FlatParameters): Case[] {
  const target = fixtures["cross_entropy_sum.target"]!
  return [
    ["linear", ["x", "w", "b"], (x, w, b) => ops.linear(x, tf.transpose(w), b)],
    ["gelu_erf", ["x"], (x) => ops.gelu(x)],
    ["gelu_tanh", ["x"], (x) => ops.geluTanh(x)],
    ["silu", ["x"], (x) => ops.silu(x)],
    ["layer_norm", ["x", "w", "b"], (x, weight, bias) => ops.layerNorm(x, { weight, bias, epsilon: 1e-6 })],
    ["group_norm_nchw", ["x", "w", "b"], (x, weight, bias) => toNchw(ops.groupNorm(toNhwc(x), { groups: 4, weight, bias, epsilon: 1e-6 }))],
    ["conv3x3_nchw", ["x", "w", "b"], (x, w, bias) => toNchw(ops.conv2d(toNhwc(x), toHwio(w), { bias }))],
    [
      "conv3x3_stride2_pad0101_nchw",
      ["x", "w", "b"],
      (x, w, bias) =>
        toNchw(
          ops.conv2d(toNhwc(x), toHwio(w), {
            bias,
            stride: 2,
            padding: [
              [0, 1],
              [0, 1],
            ],
          }),
        ),
    ],
    [
      "conv_transpose4x4_stride2_nchw",
      ["x", "w", "b"],
      (x, w, bias) =>
        toNchw(
          ops.convTranspose2d(toNhwc(x), tf.transpose(w, [2, 3, 1, 0]), {
            bias,
            stride: 2,
            padding: [
              [1, 1],
              [1, 1],
            ],
          }),
        ),
    ],
    ["embedding", ["w"], (w) => ops.embedding(w, fixtures["embedding.in.i"]!)],
    ["attention_masked", ["q", "k", "v"], (q, k, v) => ops.attention(q, k, v, { mask: causal(6) })],
    ["cross_entropy_sum", ["z"], (z) => ops.crossEntropy(z, target)],
    ["bce_logits", ["z"], (z) => ops.binaryCrossEntropyWithLogits(z, alternating(z.shape))],
    ["area_16_10", ["x"], (x) => resample("area", 10)(x)],
    ["area_7_3", ["x"], (x) => resample("area", 3)(x)],
    ["area_8_3", ["x"], (x) => resample("area", 3)(x)],
    ["bicubic_2_7", ["x"], (x) => resample("bicubic", 7)(x)],
    ["bicubic_3_7", ["x"], (x) => resample("bicubic", 7)(x)],
    ["bicubic_4_7", ["x"], (x) => resample("bicubic", 7)(x)],
    ["bicubic_5_13", ["x"], (x) => resample("bicubic", 13)(x)],
    ["nearest_3_6", ["x"], (x) => toNchw(ops.upsampleNearest(toNhwc(x), 2))],
  ]
}

const needs = shared === undefined ? " (skipped: needs ../shared)" : ""

describe.skipIf(shared === undefined).each(await testBackends())(`PyTorch's values and gradients on %s${needs}`, (backend) => {
  let fixtures: FlatParameters = {}
  beforeAll(async () => {
    const { name, reason } = await selectBackend({ prefer: backend })
    if (name !== backend) throw new Error(reason)
    fixtures = await loadTensors(`${shared}/fixtures/nn_torch.safetensors`)
  })
  afterAll(() => tf.dispose(fixtures))

  test.each(casesOf({}).map(([name]) => name))("%s", async (name) => {
    const [, names, f] = casesOf(fixtures).find(([each]) => each === name)!
    const inputs = names.map((input) => fixtures[`${name}.in.${input}`]!)
    const out = tf.tidy(() => f(...inputs))
    await expectAllClose(out, fixtures[`${name}.out`]!, { name })
    const cotangent = fixtures[`${name}.cotangent`]!
    const gradients = tf.grads((...xs: tf.Tensor[]) => tf.sum(tf.mul(f(...xs), cotangent)))(inputs)
    for (const [i, input] of names.entries())
      await expectAllClose(gradients[i]!, fixtures[`${name}.grad.${input}`]!, { name: `${name}, gradient of ${input}` })
    tf.dispose([out, ...gradients])
  })

  test("every case of the file belongs to a test", () => {
    const ours = casesOf(fixtures).map(([name]) => name)
    const elsewhere = ["adamw", "clip"] // beside the optimiser
    const names = new Set(Object.keys(fixtures).map((key) => key.split(".")[0]!))
    expect([...names].filter((name) => !elsewhere.includes(name)).toSorted()).toEqual(ours.toSorted())
  })
})
