import { tf, type Parameters, type RandomStream } from "@scalewise/nn"
import type { ForwardProcess } from "../process/forward-process.ts"
import type { Corruption, MultiScaleParameters, MultiScaleQuantiser, ScaleCode } from "./multi-scale-quantiser.ts"

/** Options of `pyramidProcess`. */
export interface PyramidProcessOptions {
  /** Makes a corruption from the stream of a batch, e.g. `bitFlips()`: the process is stochastic then. @defaultValue none */
  readonly corrupt?: ((random: RandomStream) => Corruption) | undefined
}

/** The forward process of a residual pyramid: from latents [B, H, W, C] to the tokens [B, L_k, ...] of each scale. */
export interface PyramidProcess extends ForwardProcess<tf.Tensor, tf.Tensor> {
  /** Everything known about each scale: residual, tokens, code vectors and partial sum. */
  trace(latent: tf.Tensor, random: RandomStream): ScaleCode[]
}

/**
 * q of Eqs. (12)-(16) for a latent that is already encoded: deterministic, unless tokens are corrupted. With `identityQuantiser` it is the
 * forward process of continuous latents, whose targets are the residuals themselves.
 */
export function pyramidProcess<P extends Parameters>(
  multiScale: MultiScaleQuantiser<P>,
  parameters: MultiScaleParameters<P>,
  { corrupt }: PyramidProcessOptions = {},
): PyramidProcess {
  const trace = (latent: tf.Tensor, random: RandomStream) => multiScale.encode(parameters, latent, { corrupt: corrupt?.(random) })
  return {
    steps: multiScale.schedule.steps,
    trace,
    targets: (latent, random) => tf.tidy(() => trace(latent, random).map(({ tokens }) => tokens)), // Eqs. (12)-(16)
  }
}
