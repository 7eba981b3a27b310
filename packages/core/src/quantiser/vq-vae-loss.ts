import { ops, tf } from "@scalewise/nn"

/** Options of the quantisation losses. */
export interface CommitmentOptions {
  /** beta, the weight of the term that ties the encoder to its codes. @defaultValue 0.25 */
  readonly commitment?: number
}

/** Mean of squared differences: a scalar. */
export const meanSquaredError = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.tidy(() => a.sub(b).square().mean())

/**
 * The second and third term of Eq. (1) for latents and their codes of one shape: MSE(sg(latent), code) + beta MSE(latent, sg(code)).
 * The first one moves codes only, the second one the encoder only.
 *
 * @returns a scalar
 */
export function quantisationLoss(latent: tf.Tensor, codes: tf.Tensor, { commitment = 0.25 }: CommitmentOptions = {}): tf.Tensor {
  return tf.tidy(() =>
    meanSquaredError(ops.stopGradient(latent), codes).add(meanSquaredError(latent, ops.stopGradient(codes)).mul(commitment)),
  )
}

/** What `vqVaeLoss` compares. */
export interface VqVaeTerms {
  /** The data, of any shape. */
  readonly data: tf.Tensor
  /** The decoder's answer to the straight-through codes, of the same shape. */
  readonly reconstruction: tf.Tensor
  /** The encoder's output. */
  readonly latent: tf.Tensor
  /** The codes, not straight-through (`Quantised.codes`). */
  readonly codes: tf.Tensor
}

/**
 * The VQ-VAE loss (Eq. 1), every term a mean over all elements: reconstruction + codebook + beta commitment.
 *
 * @returns a scalar
 */
export function vqVaeLoss({ data, reconstruction, latent, codes }: VqVaeTerms, options: CommitmentOptions = {}): tf.Tensor {
  return tf.tidy(() => meanSquaredError(data, reconstruction).add(quantisationLoss(latent, codes, options))) // Eq. (1)
}
