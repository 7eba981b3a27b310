import {
  exactResiduals,
  kMeansStart,
  type MultiScaleParameters,
  type MultiScaleQuantiser,
  type VectorQuantiserParameters,
} from "@scalewise/core"
import { tf, type Parameters, type RandomStream } from "@scalewise/nn"
import { vectorQuantiserOf } from "./scale-quantiser.ts"
import type { Tokenizer } from "./tokenizer.ts"

/** Options of `startQuantiser`. */
export interface StartQuantiserOptions {
  /** The quantiser's parameters so far; they stay the caller's, and phi is handed on. */
  readonly parameters: MultiScaleParameters<Parameters>
  /** Latents of training images [B, h, w, C]. */
  readonly latent: tf.Tensor
  readonly random: RandomStream
}

/**
 * A quantiser that fits latents before it learns: k-means of the residual vectors for codebooks, the size of the residuals of each scale for
 * the gains of sign codes and finite scalars.
 */
export async function startQuantiser(
  { config, schedule, multiScale }: Tokenizer,
  { parameters, latent, random }: StartQuantiserOptions,
): Promise<MultiScaleParameters<Parameters>> {
  const { quantiser } = config
  if (quantiser.kind === "vector")
    return await kMeansStart(multiScale as unknown as MultiScaleQuantiser<VectorQuantiserParameters>, latent, {
      quantiser: vectorQuantiserOf(quantiser, { channels: config.autoencoder.latentChannels, scales: schedule.steps }),
      parameters: parameters as unknown as MultiScaleParameters<VectorQuantiserParameters>,
      random,
    })
  const gain = tf.tidy(() => {
    const sizes = exactResiduals(multiScale.form, schedule, latent).map((residual) => residual.square().mean().sqrt())
    // A sign code has the length 1, a finite scalar code up to 1 in every channel.
    const unit = quantiser.kind === "bitwise" ? Math.sqrt(config.autoencoder.latentChannels) : 2
    return tf.stack(sizes).mul(unit).maximum(1e-3)
  })
  return { ...parameters, quantiser: { ...parameters.quantiser, gain } }
}
