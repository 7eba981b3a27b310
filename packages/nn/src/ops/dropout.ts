import { constant } from "../backend/constant.ts"
import * as tf from "../backend/tf.ts"
import { ConfigError } from "../errors.ts"
import type { RandomStream } from "../random/random-stream.ts"

/**
 * x with the numbers where `keep` is 0 removed and the others scaled to the same mean. The mask is an input, so that a step
 * stays a pure function: `dropoutMask` draws one.
 *
 * @param keep - 0 and 1, of a shape that broadcasts to that of x
 * @throws ConfigError for a rate outside [0, 1)
 */
export function dropout(x: tf.Tensor, keep: tf.Tensor, { rate }: { /** Share of zeros in the mask. */ readonly rate: number }): tf.Tensor {
  return tf.mul(x, tf.mul(keep, constant(1 / (1 - checked(rate)))))
}

/**
 * A float mask of that shape: 0 with probability `rate`, else 1.
 *
 * @throws ConfigError for a rate outside [0, 1)
 */
export function dropoutMask(shape: readonly number[], rate: number, random: RandomStream): tf.Tensor {
  const limit = checked(rate)
  return tf.tensor(
    random.uniformValues(shape).map((u) => (u < limit ? 0 : 1)),
    [...shape],
    "float32",
  )
}

function checked(rate: number): number {
  if (!(rate >= 0 && rate < 1)) throw new ConfigError(`dropout: expected a rate from 0 up to, not including, 1, got ${rate}`)
  return rate
}
