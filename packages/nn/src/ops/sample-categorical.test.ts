import { beforeAll, describe, expect, test } from "vitest"
import { selectBackend } from "../backend/select-backend.ts"
import * as tf from "../backend/tf.ts"
import { randomStream } from "../random/random-stream.ts"
import { testBackends } from "../testing/test-backends.ts"
import { sampleCategorical } from "./sample-categorical.ts"

const random = randomStream("sample categorical test")

describe.each(await testBackends())("sampleCategorical on %s", (backend) => {
  beforeAll(async () => void (await selectBackend({ prefer: backend })))

  // What it leaves out of the noise must not change any draw.
  test.each([
    [1, 0.01],
    [2, 1],
    [7, 30],
    [64, 0.01],
    [64, 3],
    [300, 1],
  ])("is the largest of logits and all the noise: %d classes, logits of size %d", (classes, size) => {
    const shape = [400, 5, classes]
    const samples = random.samples(Array.from({ length: 400 }, (_, index) => index))
    const logits = tf.mul(samples.fold("logits").normal(shape), size)
    const draw = sampleCategorical(logits, samples)
    expect([draw.dtype, draw.shape]).toEqual(["int32", [400, 5]])
    expect(draw.dataSync()).toEqual(tf.argMax(tf.add(logits, samples.gumbel(shape)), -1).dataSync())
  })

  test("never draws what is hidden, and the first of equal sums", () => {
    const hidden = tf.tile(tf.tensor2d([[-1e9, 0, -Infinity, 1, -1e9]]), [500, 1])
    expect(new Set(sampleCategorical(hidden, random).dataSync())).toEqual(new Set([1, 3]))
    const nothing = tf.fill([3, 4], -Infinity)
    expect([...sampleCategorical(nothing, random).dataSync()]).toEqual([0, 0, 0])
    // Noise does not change such large numbers
    const equal = tf.tensor2d([[-1e9, 1e9, 1e9, 1e9]])
    expect([...sampleCategorical(equal, random).dataSync()]).toEqual([1])
  })
})
