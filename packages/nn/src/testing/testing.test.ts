import { expect, test } from "vitest"
import { selectBackend } from "../backend/select-backend.ts"
import * as tf from "../backend/tf.ts"
import * as ops from "../ops/index.ts"
import { checkGradient } from "./check-gradient.ts"
import { expectAllClose } from "./expect-all-close.ts"
import { testBackends } from "./test-backends.ts"

test("expectAllClose names the largest deviation and its index", async () => {
  await expectAllClose([1, 2, 1000], [1.00005, 2, 1000.05])
  await expect(expectAllClose([1, 2, 3], [1, 2.5, 3.4])).rejects.toThrow(/deviation 0.2 .* index 1 of 3: expected 2.5, got 2/)
  await expect(expectAllClose([1, Number.NaN], [1, 2])).rejects.toThrow(/index 1/)
  await expect(expectAllClose([1], [1, 2])).rejects.toThrow(/expected 2 numbers/)
  await expectAllClose([Infinity, Number.NaN], [Infinity, Number.NaN])
})

test("expectAllClose compares the shapes of tensors", async () => {
  await selectBackend()
  const [a, b] = [tf.zeros([2, 3]), tf.zeros([3, 2])]
  await expect(expectAllClose(a, b, { name: "w" })).rejects.toThrow("w: expected shape [3,2], got [2,3]")
  tf.dispose([a, b])
})

test("checkGradient finds a gradient that is wrong by a few percent, and leaves no tensor", async () => {
  await selectBackend()
  const wrong = (x: tf.Tensor): tf.Tensor =>
    ops.withGradient(
      { x },
      () => tf.square(x),
      (dy) => ({ x: () => tf.mul(dy, tf.mul(x, 2.1)) }),
    )
  const x = tf.tensor1d([1, -2, 3])
  await checkGradient((each) => tf.square(each), [x]) // also warms up
  const before = tf.memory().numTensors
  await checkGradient((each) => tf.square(each), [x])
  await expect(checkGradient((each) => wrong(each), [x])).rejects.toThrow(/gradient of input 0 at \d/)
  expect(tf.memory().numTensors).toBe(before)
  x.dispose()
})

test("suites run on at least two backends", async () => {
  expect(await testBackends()).toEqual(expect.arrayContaining(["wasm", "cpu"]))
})
