import * as tf from "../backend/tf.ts"
import { gumbelOf } from "../random/gumbel.ts"
import type { RandomStream } from "../random/random-stream.ts"

/**
 * One draw from each row of logits [..., C]: int32 [...]. The largest of logits + Gumbel noise, which is an exact draw from the
 * softmax; the noise is equal on every backend.
 */
export function sampleCategorical(logits: tf.Tensor, random: RandomStream): tf.Tensor {
  // To wait for a GPU would cost more than the noise.
  if (tf.getBackend() === "webgpu") return tf.tidy(() => tf.argMax(tf.add(logits, random.gumbel(logits.shape)), -1))
  const uniforms = random.uniformValues(logits.shape)
  const ids = largestOfEach(logits.dataSync(), uniforms, logits.shape.at(-1)!)
  return tf.tensor(ids, logits.shape.slice(0, -1), "int32")
}

/** Buckets of uniform numbers. */
const buckets = 2 ** 12
let bounds: Float64Array | undefined

/** The Gumbel noise of the largest uniform number, a multiple of 2^-24, of each bucket. */
function upperBounds(): Float64Array {
  bounds ??= Float64Array.from({ length: buckets }, (_, bucket) => gumbelOf((bucket + 1) / buckets - 2 ** -24))
  return bounds
}

/**
 * In each row of `classes` numbers the place of the largest sum of logit and noise, in float32 arithmetic, the first of equal ones. The noise is
 * two logarithms a number: it is made only of uniform numbers whose bucket still allows to win, which are a few of each row.
 */
function largestOfEach(logits: ArrayLike<number>, uniforms: Float32Array, classes: number): Int32Array {
  const upper = upperBounds()
  const ids = new Int32Array(uniforms.length / classes)
  for (let row = 0, at = 0; row < ids.length; row++) {
    let largest = -Infinity
    for (let id = 0; id < classes; id++, at++) {
      const logit = logits[at]!
      const uniform = uniforms[at]!
      if (logit + upper[(uniform * buckets) | 0]! <= largest) continue
      const sum = Math.fround(logit + gumbelOf(uniform))
      if (sum > largest) {
        largest = sum
        ids[row] = id
      }
    }
  }
  return ids
}
