import { beforeAll, describe, expect, test } from "vitest"
import { selectBackend } from "../backend/select-backend.ts"
import * as tf from "../backend/tf.ts"
import { ConfigError } from "../errors.ts"
import { flattenParameters, unflattenParameters, type Layer } from "../parameters.ts"
import { randomStream } from "../random/random-stream.ts"
import { checkGradient } from "../testing/check-gradient.ts"
import * as layers from "./index.ts"

const random = randomStream("layers")

const cases = [
  { name: "linear", layer: layers.linear({ inputs: 3, outputs: 4 }), x: [2, 3], y: [2, 4], shapes: { weight: [3, 4], bias: [4] } },
  {
    name: "linear without bias",
    layer: layers.linear({ inputs: 3, outputs: 4, bias: false }),
    x: [2, 5, 3],
    y: [2, 5, 4],
    shapes: { weight: [3, 4] },
  },
  {
    name: "conv2d",
    layer: layers.conv2d({ inputs: 2, outputs: 3, stride: 2 }),
    x: [2, 4, 5, 2],
    y: [2, 2, 3, 3],
    shapes: { weight: [3, 3, 2, 3], bias: [3] },
  },
  {
    name: "convTranspose2d",
    layer: layers.convTranspose2d({ inputs: 2, outputs: 3, size: 4, stride: 2 }),
    x: [2, 2, 3, 2],
    y: [2, 4, 6, 3],
    shapes: { weight: [4, 4, 3, 2], bias: [3] },
  },
  { name: "layerNorm", layer: layers.layerNorm({ channels: 4 }), x: [2, 3, 4], y: [2, 3, 4], shapes: { weight: [4], bias: [4] } },
  {
    name: "groupNorm",
    layer: layers.groupNorm({ channels: 4, groups: 2 }),
    x: [2, 3, 3, 4],
    y: [2, 3, 3, 4],
    shapes: { weight: [4], bias: [4] },
  },
  {
    name: "selfAttention",
    layer: layers.selfAttention({ width: 4, heads: 2 }),
    x: [2, 3, 4],
    y: [2, 3, 4],
    shapes: { "qkv.weight": [4, 12], "qkv.bias": [12], "out.weight": [4, 4], "out.bias": [4] },
  },
  {
    name: "mlp",
    layer: layers.mlp({ widths: [3, 5, 2] }),
    x: [4, 3],
    y: [4, 2],
    shapes: { "0.weight": [3, 5], "0.bias": [5], "1.weight": [5, 2], "1.bias": [2] },
  },
] as unknown as { name: string; layer: Layer; x: number[]; y: number[]; shapes: Record<string, number[]> }[]

beforeAll(async () => void (await selectBackend()))

describe.each(cases)("$name", ({ name, layer, x, y, shapes }) => {
  test("has the documented parameters and shapes, and every one of them a right gradient", async () => {
    const parameters = flattenParameters(layer.init(random.fold(name)))
    expect(Object.fromEntries(Object.entries(parameters).map(([key, tensor]) => [key, tensor.shape]))).toEqual(shapes)
    const names = Object.keys(parameters)
    const input = random.fold("x").normal(x)
    const apply = (given: tf.Tensor, ...tensors: tf.Tensor[]): tf.Tensor =>
      layer.apply(unflattenParameters(Object.fromEntries(names.map((key, i) => [key, tensors[i]!]))), given)
    const out = tf.tidy(() => apply(input, ...Object.values(parameters)))
    expect(out.shape).toEqual(y)
    await checkGradient((given, ...tensors) => apply(given, ...tensors), [input, ...Object.values(parameters)], { probes: 4 })
    tf.dispose([input, out, parameters])
  })

  test("starts equal from equal seeds", async () => {
    const first = flattenParameters(layer.init(random.fold(1)))
    const second = flattenParameters(layer.init(random.fold(1)))
    for (const key of Object.keys(first)) expect([...(await first[key]!.data())]).toEqual([...(await second[key]!.data())])
    tf.dispose([first, second])
  })
})

test("linear starts uniform within 1 / sqrt(inputs)", async () => {
  const { weight, bias } = layers.linear({ inputs: 100, outputs: 200 }).init(random)
  for (const tensor of [weight, bias!]) {
    const values = Float32Array.from(await tensor.data())
    expect(Math.max(...values)).toBeLessThan(0.1)
    expect(Math.max(...values)).toBeGreaterThan(0.095)
    expect(Math.min(...values)).toBeGreaterThan(-0.1)
  }
  tf.dispose([weight, bias!])
})

test("embedding starts normal and looks up rows", async () => {
  const layer = layers.embedding({ count: 50, width: 40, deviation: 0.02 })
  const parameters = layer.init(random)
  const { variance } = tf.moments(parameters.weight)
  expect(Math.sqrt((await variance.data())[0]!)).toBeCloseTo(0.02, 3)
  const ids = tf.tensor2d([3, 49], [1, 2], "int32")
  const found = layer.apply(parameters, ids)
  expect(found.shape).toEqual([1, 2, 40])
  expect([...(await found.data())].slice(40)).toEqual([...(await parameters.weight.data())].slice(49 * 40))
})

test("a mask hides what lies ahead", async () => {
  const layer = layers.selfAttention({ width: 8, heads: 2 })
  const parameters = layer.init(random)
  const mask = tf.tensor2d([0, -1e9, 0, 0], [2, 2])
  const x = random.fold("x").normal([1, 2, 8])
  const changed = tf.add(
    x,
    tf.tensor3d(
      Array.from({ length: 16 }, (_, i) => Number(i >= 8)),
      [1, 2, 8],
    ),
  )
  const [before, after] = [x, changed].map((each) => layer.apply(parameters, each, mask))
  expect([...(await before!.data())].slice(0, 8)).toEqual([...(await after!.data())].slice(0, 8))
  expect([...(await before!.data())].slice(8)).not.toEqual([...(await after!.data())].slice(8))
  expect(() => layers.selfAttention({ width: 8, heads: 3 })).toThrow(ConfigError)
})
