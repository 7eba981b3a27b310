import * as tf from "../backend/tf.ts"
import type { FlatParameters } from "../parameters.ts"

/** Exponential moving average of weights, one step: `average + (1 - decay) (parameters - average)`. New tensors; the caller disposes. */
export function ema(average: FlatParameters, parameters: FlatParameters, decay: number): FlatParameters {
  return tf.tidy(() =>
    Object.fromEntries(
      Object.entries(average).map(([name, old]) => [name, tf.add(old, tf.mul(tf.sub(parameters[name]!, old), 1 - decay))]),
    ),
  )
}
