import type * as tf from "../backend/tf.ts"
import { ConfigError } from "../errors.ts"
import { selfAttention as selfAttentionOp } from "../ops/attention.ts"
import type { Parameters } from "../parameters.ts"
import type { RandomStream } from "../random/random-stream.ts"
import { linear, type WeightAndBias } from "./linear.ts"

/** One projection to queries, keys and values; one back. */
export type SelfAttentionParameters = { readonly qkv: WeightAndBias & Parameters; readonly out: WeightAndBias & Parameters }

/** Options of `selfAttention`. */
export interface SelfAttentionLayerOptions {
  /** D, of x and of the result. */
  readonly width: number
  /** Divides `width`. */
  readonly heads: number
  /** Biases in both projections. @defaultValue true */
  readonly bias?: boolean
}

/** Unlike a plain layer, it may be given a mask. */
export interface SelfAttentionLayer {
  init(random: RandomStream): SelfAttentionParameters
  /** x [B, T, D] to [B, T, D]; the mask is added to the scores and broadcasts to [B, heads, T, T]. */
  apply(parameters: SelfAttentionParameters, x: tf.Tensor, mask?: tf.Tensor): tf.Tensor
}

/**
 * Multi-head self-attention. Both projections start as `linear` does.
 *
 * @throws ConfigError where `heads` does not divide `width`
 */
export function selfAttention({ width, heads, bias = true }: SelfAttentionLayerOptions): SelfAttentionLayer {
  if (width % heads !== 0) throw new ConfigError(`selfAttention: expected heads to divide the width ${width}, got ${heads}`)
  const joint = linear({ inputs: width, outputs: 3 * width, bias })
  const back = linear({ inputs: width, outputs: width, bias })
  return {
    init: (random) => ({ qkv: joint.init(random.fold("qkv")), out: back.init(random.fold("out")) }),
    apply: (parameters, x, mask) => back.apply(parameters.out, selfAttentionOp(joint.apply(parameters.qkv, x), { heads, mask })),
  }
}
