import { ConfigError, ops, tf, type Parameters } from "@scalewise/nn"
import type { Quantiser } from "./quantiser.ts"

/** Parameters of a `scaledQuantiser`: one positive gain per scale [K], and those of the inner quantiser. */
export type ScaledParameters<P extends Parameters> = { readonly gain: tf.Tensor; readonly inner: P }

/** Options of `scaledQuantiser`. */
export interface ScaledQuantiserOptions {
  /** The gain of each scale at the start: about the root mean square of its residuals (see `meanResidualNorms`) over that of a code. */
  readonly gains: readonly number[]
}

/**
 * A quantiser that sees x / gain_k and whose codes are multiplied by gain_k. Residuals shrink from scale to scale while sign codes and
 * finite scalar codes have one fixed size: in a residual pyramid these need a gain. It learns from the codebook term of the loss.
 *
 * @throws ConfigError for a gain that is not positive
 */
export function scaledQuantiser<P extends Parameters>(
  inner: Quantiser<P>,
  { gains }: ScaledQuantiserOptions,
): Quantiser<ScaledParameters<P>> {
  if (gains.length === 0 || !gains.every((gain) => gain > 0))
    throw new ConfigError(`scaledQuantiser: expected one positive gain per scale, got [${gains.join(", ")}]`)
  const gainAt = ({ gain }: ScaledParameters<P>, step: number): tf.Tensor => {
    if (step > gain.size) throw new ConfigError(`scaledQuantiser: expected a scale from 1 to ${gain.size}, got ${step}`)
    return gain.slice([step - 1], [1])
  }
  /** Calls `use` with x / gain_k, the gain taken as a constant. */
  const unscaled = (parameters: ScaledParameters<P>, x: tf.Tensor, step: number, use: (x: tf.Tensor) => tf.Tensor) =>
    tf.tidy(() => use(x.div(ops.stopGradient(gainAt(parameters, step)))))
  return {
    channels: inner.channels,
    vocabulary: inner.vocabulary,
    tokens: inner.tokens,
    init: (random) => ({ gain: tf.tensor1d([...gains]), inner: inner.init(random) }),
    encode: (parameters, vectors, step = 1) => unscaled(parameters, vectors, step, (x) => inner.encode(parameters.inner, x, step)),
    decode: (parameters, tokens, step = 1) => tf.tidy(() => inner.decode(parameters.inner, tokens, step).mul(gainAt(parameters, step))),
    relax: (parameters, vectors, step = 1) =>
      unscaled(parameters, vectors, step, (x) =>
        (inner.relax?.(parameters.inner, x, step) ?? x).mul(ops.stopGradient(gainAt(parameters, step))),
      ),
    ...(inner.regulariser && {
      regulariser: (parameters: ScaledParameters<P>, vectors: tf.Tensor, step = 1) =>
        unscaled(parameters, vectors, step, (x) => inner.regulariser!(parameters.inner, x, step)),
    }),
  }
}
