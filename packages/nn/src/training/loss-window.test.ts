import { expect, it } from "vitest"
import * as tf from "../backend/tf.ts"
import { lossWindow } from "./loss-window.ts"

it("means each scalar over the steps that reported it, and keeps nothing", async () => {
  const before = tf.memory().numTensors
  const window = lossWindow()
  window.add({ loss: tf.scalar(1), rows: tf.zeros([3]) })
  window.add({ loss: tf.scalar(2), gradientNorm: tf.scalar(8) }) // as with `accumulate: 2`
  window.add({ loss: tf.scalar(6) })
  expect(window.length).toBe(3)
  expect(await window.read(3)).toEqual({ loss: 3, lossSum: 9, metrics: { gradientNorm: 8 } })
  expect([window.length, tf.memory().numTensors]).toEqual([0, before])
})

it("names the step whose loss is not finite", async () => {
  const window = lossWindow()
  for (const loss of [1, Number.NaN, 1]) window.add({ loss: tf.scalar(loss) })
  await expect(window.read(12)).rejects.toThrow(/NaN at step 11/)
  window.dispose()
})
