import * as tf from "@tensorflow/tfjs"
import "@tensorflow/tfjs-backend-wasm"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { installKernels, type InstalledKernels } from "./index.ts"

let installed: InstalledKernels

beforeAll(async () => {
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false)
  await tf.setBackend("wasm")
  installed = installKernels()
})

afterAll(() => installed.restore())

/** Smooth, distinct numbers; no randomness needed. */
const wave = (shape: number[], phase = 0): tf.Tensor =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(1.7 * i + phase) * 1.5),
    shape,
  )

/** Runs the same function on wasm (our kernels) and on the plain JavaScript backend and compares every output. */
async function same(f: (wave: (shape: number[], phase?: number) => tf.Tensor) => tf.Tensor[], tolerance = 2e-5): Promise<void> {
  const values: Float32Array[][] = []
  for (const name of ["wasm", "cpu"]) {
    await tf.setBackend(name)
    const outputs = tf.tidy(() => f(wave))
    values.push(outputs.map((t) => t.dataSync() as Float32Array)) // outside of tidy, which would look for tensors in every element
    tf.dispose(outputs)
  }
  await tf.setBackend("wasm")
  const [wasm, cpu] = values as [Float32Array[], Float32Array[]]
  for (const [index, expected] of cpu.entries()) {
    const scale = expected.reduce((largest, x) => Math.max(largest, Math.abs(x)), 1)
    const worst = expected.reduce((largest, x, i) => Math.max(largest, Math.abs(x - wasm[index]![i]!)), 0)
    expect(worst / scale, `output ${index}`).toBeLessThan(tolerance)
    expect(wasm[index]!.length).toBe(expected.length)
  }
}

describe("matrix product", () => {
  for (const transposeA of [false, true])
    for (const transposeB of [false, true])
      for (const [m, n, k] of [
        [1, 1, 1],
        [4, 8, 16],
        [7, 13, 61],
        [33, 17, 300],
        [5, 3, 2],
      ] as const)
        it(`${m} x ${k} x ${n}${transposeA ? ", a transposed" : ""}${transposeB ? ", b transposed" : ""}`, () =>
          same((x) => [
            tf.matMul(x(transposeA ? [k, m] : [m, k]), x(transposeB ? [n, k] : [k, n], 1), transposeA, transposeB),
            tf.matMul(x(transposeA ? [3, k, m] : [3, m, k]), x(transposeB ? [3, n, k] : [3, k, n], 1), transposeA, transposeB),
          ]))

  it("broadcasts leading dimensions", () => same((x) => [tf.matMul(x([5, 6]), x([4, 6, 3], 2)), tf.matMul(x([4, 5, 6]), x([6, 3], 2))]))

  it("broadcasts both sides (the plain JavaScript backend does not, so the reference is tiled)", () => {
    tf.tidy(() => {
      const a = wave([2, 1, 5, 6])
      const b = wave([1, 3, 6, 4], 1)
      expectClose(tf.matMul(a, b), tf.matMul(tf.tile(a, [1, 3, 1, 1]), tf.tile(b, [2, 1, 1, 1])))
    })
  })

  it("reads a weight by shape, not by identity (the stock kernel caches by data id)", () =>
    same((x) => {
      const w = x([2, 3])
      return [tf.matMul(x([4, 2], 1), w), tf.matMul(x([4, 3], 2), w.reshape([3, 2]))]
    }))
})

describe("convolution gradients", () => {
  for (const { stride, pad } of [
    { stride: 1, pad: "same" },
    { stride: 2, pad: "same" },
    { stride: 1, pad: "valid" },
    { stride: 2, pad: "valid" },
  ] as const)
    it(`3 x 3, stride ${stride}, ${pad}`, () =>
      same((x) => {
        const image = x([3, 8, 7, 5]) as tf.Tensor4D
        const filter = x([3, 3, 5, 6], 1) as tf.Tensor4D
        const gradients = tf.grads((i: tf.Tensor, f: tf.Tensor) => {
          const y = tf.conv2d(i as tf.Tensor4D, f as tf.Tensor4D, stride, pad)
          return tf.sum(tf.mul(y, wave(y.shape, 2)))
        })([image, filter])
        return gradients
      }))

  it("a transposed convolution", () =>
    same((x) => {
      const up = (image: tf.Tensor, filter: tf.Tensor) =>
        tf.conv2dTranspose(image as tf.Tensor4D, filter as tf.Tensor4D, [2, 10, 8, 3], 2, "same")
      const image = x([2, 5, 4, 6])
      const filter = x([4, 4, 3, 6], 1)
      return [
        up(image, filter),
        ...tf.grads((i: tf.Tensor, f: tf.Tensor) => tf.sum(tf.mul(up(i, f), wave([2, 10, 8, 3], 2))))([image, filter]),
      ]
    }))

  it("more images than fit the cache at once", () =>
    same((x) => {
      const image = x([9, 28, 28, 32]) as tf.Tensor4D
      const filter = x([3, 3, 32, 4], 1) as tf.Tensor4D
      return tf.grads((i: tf.Tensor, f: tf.Tensor) => tf.sum(tf.square(tf.conv2d(i as tf.Tensor4D, f as tf.Tensor4D, 1, "same"))))([
        image,
        filter,
      ])
    }, 1e-4))
})

describe("max pooling", () => {
  for (const { window, stride, pad } of [
    { window: 2, stride: 2, pad: "valid" },
    { window: 3, stride: 2, pad: "same" },
    { window: 3, stride: 1, pad: 1 },
  ] as const)
    it(`gradient, ${window} x ${window}, stride ${stride}, ${pad} (the stock kernel is wrong from two channels)`, () =>
      same((x) => [
        tf.grad((image: tf.Tensor) => {
          const y = tf.maxPool(image as tf.Tensor4D, window, stride, pad, pad === 1 ? "floor" : undefined)
          return tf.sum(tf.mul(y, wave(y.shape, 2)))
        })(tf.sub(x([2, 7, 6, 3]), 3)),
      ]))
})

describe("rows", () => {
  it("gradient of a gather, with repeated ids", () =>
    same((x) => [
      tf.grad((table: tf.Tensor) => {
        const rows = tf.gather(table, tf.tensor1d([4, 0, 4, 2, 1, 4], "int32"))
        return tf.sum(tf.mul(rows, wave(rows.shape, 1)))
      })(x([5, 7])),
    ]))

  it("gather along every axis, of floats and integers", () =>
    same((x) => {
      const ids = tf.tensor2d([2, 0, 1, 2], [2, 2], "int32")
      const whole = tf.tensor([...Array(24).keys()], [4, 3, 2], "int32")
      return [
        ...[0, 1, 2].map((axis) => tf.gather(x([3, 4, 5]), ids, axis)),
        tf.cast(tf.gather(whole, ids), "float32"),
        tf.cast(tf.gather(tf.greater(x([4, 3]), 0), ids, 1), "float32"),
      ]
    }))

  it("gather with batch dimensions (the stock kernel reads outside the tensor)", () =>
    tf.tidy(() => {
      const x = tf.tensor([0, 1, 2, 3, 4, 5, 6, 7], [2, 2, 2])
      expect([...tf.gather(x, tf.tensor2d([[1], [0]], [2, 1], "int32"), 1, 1).dataSync()]).toEqual([2, 3, 4, 5])
    }))

  it("gather refuses an id outside the axis", () => {
    expect(() => tf.tidy(() => tf.gather(wave([3, 2]), tf.tensor1d([3], "int32")))).toThrow(/ids from 0 to 2, got 3/)
  })

  it("transposes that keep the last dimension, and others", () =>
    same((x) => [
      tf.transpose(x([2, 3, 5]), [1, 0, 2]),
      tf.transpose(x([2, 3, 4, 7]), [0, 2, 1, 3]),
      tf.transpose(x([2, 3, 3, 4, 6]), [2, 0, 3, 1, 4]),
      tf.transpose(x([2, 3, 5]), [2, 0, 1]),
      tf.transpose(x([2, 3, 5]), [0, 1, 2]),
      tf.transpose(x([1, 1, 1]), [1, 0, 2]),
    ]))

  it("parts along the first dimension, and others", () =>
    same((x) => [...tf.unstack(x([3, 2, 3, 2, 4])), ...tf.unstack(x([3, 2])), ...tf.unstack(x([2, 3, 2]), 1)]))

  it("sums and means over any dimensions", () =>
    same((x) => [
      ...[[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2], []].flatMap((axes) => [
        tf.sum(x([6, 5, 7]), axes),
        tf.mean(x([6, 5, 7]), axes, true),
      ]),
      tf.sum(x([13, 9]), 0),
      tf.sum(x([0, 3]), 0),
      tf.cast(tf.sum(tf.tensor2d([1, 2, 3, 4], [2, 2], "int32"), 0), "float32"),
    ]))

  it("a long sum keeps its digits", () => {
    const [sum] = tf.tidy(() => tf.sum(tf.fill([1 << 20], 0.1)).dataSync())
    expect(Math.abs(sum! / (0.1 * 2 ** 20) - 1)).toBeLessThan(1e-6)
  })

  it("softmax", () => same((x) => [tf.softmax(x([6, 11])), tf.softmax(tf.mul(x([2, 3, 4]), 30)), tf.softmax(x([5, 1]))]))
})

/** Our own kernels have no counterpart on another backend; they are compared with a composition of stock operations. */
const own = (name: string, inputs: Record<string, tf.Tensor>, attributes: Record<string, number> = {}): tf.Tensor[] => {
  const out = tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(name, inputs, attributes)
  return Array.isArray(out) ? out : [out]
}

function expectClose(found: tf.Tensor, expected: tf.Tensor, tolerance = 3e-6): void {
  expect(found.shape).toEqual(expected.shape)
  const worst = tf.tidy(() => tf.max(tf.abs(tf.sub(found, expected))).dataSync()[0]!)
  expect(worst).toBeLessThan(tolerance)
}

describe("own kernels", () => {
  const compositions = {
    ScalewiseGelu: (x: tf.Tensor) => tf.mul(tf.mul(x, 0.5), tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2)))),
    ScalewiseGeluTanh: (x: tf.Tensor) =>
      tf.mul(tf.mul(x, 0.5), tf.add(1, tf.tanh(tf.mul(Math.sqrt(2 / Math.PI), tf.add(x, tf.mul(0.044715, tf.pow(x, 3))))))),
    ScalewiseSilu: (x: tf.Tensor) => tf.mul(x, tf.sigmoid(x)),
  }
  for (const [name, composition] of Object.entries(compositions))
    it(`${name} and its gradient, sizes with a tail, large arguments`, () => {
      for (const size of [1, 3, 4, 129]) {
        tf.tidy(() => {
          const x = tf.mul(wave([size]), 4)
          expectClose(own(name, { x })[0]!, composition(x))
          expectClose(
            own(`${name}Gradient`, { x, dy: wave([size], 1) })[0]!,
            tf.grad((t) => tf.mul(composition(t), wave([size], 1)))(x),
            1e-5,
          )
        })
      }
      tf.tidy(() => {
        const far = own(name, { x: tf.tensor1d([-200, 200, -20, 20, 0]) })[0]!.dataSync()
        for (const [i, expected] of [0, 200, 0, 20, 0].entries()) expect(far[i]).toBeCloseTo(expected, 5)
      })
    })

  it("layer norm and its gradients, with and without weight", () => {
    for (const width of [1, 5, 8, 130])
      for (const affine of [true, false])
        tf.tidy(() => {
          const x = tf.add(wave([3, 4, width]), 2)
          const weight = affine ? wave([width], 1) : undefined
          const bias = affine ? wave([width], 2) : undefined
          const composition = (x: tf.Tensor, w?: tf.Tensor, b?: tf.Tensor): tf.Tensor => {
            const { mean, variance } = tf.moments(x, -1, true)
            const normal = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-2)))
            return w === undefined ? normal : tf.add(tf.mul(normal, w), b!)
          }
          const [y, means, inverses] = own(
            "ScalewiseLayerNorm",
            { x, ...(affine ? { weight: weight!, bias: bias! } : {}) },
            { epsilon: 1e-2 },
          )
          expectClose(y!, composition(x, weight, bias), 2e-5)
          const dy = wave([3, 4, width], 3)
          const [dx, dWeight, dBias] = own("ScalewiseLayerNormGradient", {
            x,
            dy,
            means: means!,
            inverses: inverses!,
            ...(affine ? { weight: weight! } : {}),
          })
          const loss = (...args: tf.Tensor[]) => tf.sum(tf.mul(composition(args[0]!, args[1], args[2]), dy))
          const expected = tf.grads(loss)(affine ? [x, weight!, bias!] : [x])
          expectClose(dx!, expected[0]!, 5e-5)
          if (affine) {
            expectClose(dWeight!, expected[1]!, 1e-4)
            expectClose(dBias!, expected[2]!, 1e-5)
          }
        })
  })

  it("softmax cross-entropy, its gradient, and the gradient of a softmax", () => {
    for (const classes of [2, 3, 64, 65])
      tf.tidy(() => {
        const logits = tf.mul(wave([5, classes]), 10)
        const ids = tf.tensor1d(
          [0, 1, 2, 3, 4].map((i) => (i * 7) % classes),
          "int32",
        )
        const composition = (z: tf.Tensor) => tf.neg(tf.sum(tf.mul(tf.logSoftmax(z), tf.oneHot(ids, classes)), -1))
        const [loss, gradient] = own("ScalewiseSoftmaxCrossEntropy", { logits, ids })
        expectClose(loss!, composition(logits), 2e-5)
        expectClose(gradient!, tf.grad((z) => tf.sum(composition(z)))(logits), 2e-5)
        const y = tf.softmax(logits)
        const dy = wave([5, classes], 4)
        expectClose(own("ScalewiseSoftmaxGradient", { y, dy })[0]!, tf.grad((z) => tf.sum(tf.mul(tf.softmax(z), dy)))(logits), 2e-5)
      })
    expect(() => own("ScalewiseSoftmaxCrossEntropy", { logits: wave([1, 4]), ids: tf.tensor1d([4], "int32") })).toThrow(
      /from 0 to 3, got 4/,
    )
  })

  it("AdamW against its definition over three steps", () => {
    const [rate, beta1, beta2, epsilon, weightDecay] = [0.01, 0.9, 0.95, 1e-8, 0.05] as const
    const p = [...wave([6]).dataSync()]
    const m = p.map(() => 0)
    const v = p.map(() => 0)
    let state = [wave([6]), tf.zeros([6]), tf.zeros([6])] as [tf.Tensor, tf.Tensor, tf.Tensor]
    for (let step = 1; step <= 3; step++) {
      const gradient = wave([6], step)
      const g = gradient.dataSync()
      for (let i = 0; i < p.length; i++) {
        p[i]! *= 1 - rate * weightDecay
        m[i] = beta1 * m[i]! + (1 - beta1) * g[i]!
        v[i] = beta2 * v[i]! + (1 - beta2) * g[i]! ** 2
        p[i]! -= (rate * (m[i]! / (1 - beta1 ** step))) / (Math.sqrt(v[i]! / (1 - beta2 ** step)) + epsilon)
      }
      const [parameter, first, second] = state
      state = own(
        "ScalewiseAdamW",
        {
          parameter,
          m: first,
          v: second,
          gradient,
          rate: tf.scalar(rate),
          beta1Power: tf.scalar(beta1 ** step),
          beta2Power: tf.scalar(beta2 ** step),
        },
        { beta1, beta2, epsilon, weightDecay },
      ) as typeof state
    }
    expectClose(state[0], tf.tensor1d(p), 1e-6)
  })
})

it("a copy shares its numbers until the last is disposed", () => {
  const bytes = tf.memory().numBytes
  const x = wave([100])
  const copy = tf.clone(x)
  const changed = tf.add(copy, 1)
  x.dispose()
  expect(copy.dataSync()[3]).toBe(Math.fround(Math.sin(5.1) * 1.5))
  tf.dispose([copy, changed])
  expect(tf.memory().numBytes).toBe(bytes)
  expect(() => copy.dataSync()).toThrow(/disposed/)
})

it("does not leak", () => {
  const step = () => tf.tidy(() => void tf.matMul(wave([40, 30]), wave([30, 20])).dataSync())
  step()
  const before = tf.memory().numTensors
  for (let i = 0; i < 50; i++) step()
  expect(tf.memory().numTensors).toBe(before)
})

it("puts the stock kernels back", () => {
  installed.restore()
  expect(() => tf.tidy(() => tf.grad((t) => tf.gather(t, [0, 0]))(wave([2, 2])))).toThrow(/UnsortedSegmentSum/)
  installed = installKernels()
  expect(installed.names).toContain("UnsortedSegmentSum")
})
