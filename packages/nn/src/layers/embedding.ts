import * as tf from "../backend/tf.ts"
import { embedding as embeddingOp } from "../ops/embedding.ts"
import type { Layer } from "../parameters.ts"

/** Options of `embedding`. */
export interface EmbeddingOptions {
  /** Ids run from 0 to count - 1. */
  readonly count: number
  /** Numbers for each id. */
  readonly width: number
  /** Standard deviation of the first values. @defaultValue 1, as in PyTorch */
  readonly deviation?: number
}

/** int32 ids of any shape to [...ids, width]. Weight [count, width] starts normal. */
export function embedding({ count, width, deviation = 1 }: EmbeddingOptions): Layer<{ readonly weight: tf.Tensor }> {
  return {
    init: (random) => ({
      weight: tf.tensor2d(
        random
          .fold("weight")
          .normalValues([count, width])
          .map((value) => value * deviation),
        [count, width],
      ),
    }),
    apply: (parameters, ids) => embeddingOp(parameters.weight, ids),
  }
}
