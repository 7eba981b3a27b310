import { ops, tf, type Parameters, type RandomStream } from "@scalewise/nn"

/**
 * Turns vectors into tokens and back. A new quantiser is one object of this shape; straight-through gradients, residual pyramids,
 * corruption, losses and statistics come from the functions that take one.
 *
 * Everything is a pure function of (parameters, input). `step` (1 .. K) tells the scale, for quantisers that treat scales apart.
 */
export interface Quantiser<P extends Parameters = Parameters> {
  /** C, the length of a code vector. */
  readonly channels: number
  /** How many different codes there are; Infinity for continuous codes. */
  readonly vocabulary: number
  /**
   * What a token is: an int32 id (tokens have the shape of the sites [...]), int32 bits [..., d] (the draws of a `Bitwise` law), or the
   * vector itself [..., C].
   */
  readonly tokens: "ids" | "bits" | "vectors"
  /** Fresh parameters; an empty record where there is nothing to learn. */
  init(random: RandomStream): P
  /** Vectors [..., C] to tokens. Nothing flows back through it. */
  encode(parameters: P, vectors: tf.Tensor, step?: number): tf.Tensor
  /** Tokens to code vectors [..., C], differentiable in the parameters (Eq. 19's embedding). */
  decode(parameters: P, tokens: tf.Tensor, step?: number): tf.Tensor
  /** The continuous function that `decode(encode(x))` rounds, whose gradient a straight-through estimator takes. @defaultValue x itself */
  relax?(parameters: P, vectors: tf.Tensor, step?: number): tf.Tensor
  /** A scalar that keeps the tokens in use, to be added to a loss with a weight. @defaultValue none */
  regulariser?(parameters: P, vectors: tf.Tensor, step?: number): tf.Tensor
}

/** What `quantise` returns. */
export interface Quantised {
  /** [...], [..., d] or [..., C]: see `Quantiser.tokens`. */
  readonly tokens: tf.Tensor
  /** The code vectors [..., C], with gradients to the parameters of the quantiser only: for the codebook term of a loss. */
  readonly codes: tf.Tensor
  /** The same numbers with gradients to the vectors only (straight-through): for the decoder. */
  readonly passed: tf.Tensor
}

/** Quantises vectors [..., C] (Eq. 15). */
export function quantise<P extends Parameters>(quantiser: Quantiser<P>, parameters: P, vectors: tf.Tensor, step = 1): Quantised {
  const tokens = quantiser.encode(parameters, vectors, step)
  const codes = quantiser.decode(parameters, tokens, step)
  const soft = quantiser.relax?.(parameters, vectors, step) ?? vectors
  return { tokens, codes, passed: ops.straightThrough(codes, soft) }
}

/** Tokens of scale grids [B, h, w, ...] as a sequence [B, L, ...], row-major. */
export function toSequence(x: tf.Tensor): tf.Tensor {
  const [batch = 1, height = 1, width = 1, ...rest] = x.shape
  return tf.reshape(x, [batch, height * width, ...rest])
}
