import { ops, tf, type Layer, type Loss } from "@scalewise/nn"
import { cholesky } from "../linear-algebra/cholesky.ts"
import type { Moments } from "../linear-algebra/moments.ts"
import { initLinear, type LinearParameters } from "./mlp.ts"

// Letters: B batch, P pixels, D latent dimensions.

/** Parameters of `linearAutoencoder`. */
export type AutoencoderParameters = { encoder: LinearParameters; decoder: LinearParameters }

/** The linear autoencoder of Setups A and B, [B, P] -> [B, D] -> [B, P]. */
export function linearAutoencoder({ pixels, latent }: { pixels: number; latent: number }): Layer<AutoencoderParameters> & {
  loss: Loss<AutoencoderParameters>
} {
  const apply = ({ encoder, decoder }: AutoencoderParameters, xBP: tf.Tensor) =>
    ops.linear(ops.linear(xBP, encoder.weight, encoder.bias), decoder.weight, decoder.bias)
  return {
    init: (random) => ({
      encoder: initLinear(pixels, latent, random.fold("encoder")),
      decoder: initLinear(latent, pixels, random.fold("decoder")),
    }),
    apply,
    loss: (parameters, { clean }) => tf.mean(tf.squaredDifference(apply(parameters, clean!), clean!)),
  }
}

/** A trained linear autoencoder in its canonical basis; the arrays hold everything. */
export interface FrozenAutoencoder {
  pixels: number
  latent: number
  /** [P, D] */
  encoder: Float32Array
  /** [D] */
  encoderBias: Float32Array
  /** [D, P] */
  decoder: Float32Array
  /** [P] */
  decoderBias: Float32Array
}

/**
 * The same map from image to image with another basis of the latent: distances between latents are distances between the
 * decoded images times one number, latents of the training images have mean 0, and the mean of their variances is 1. A squared
 * error, a k-means cluster and a nearest code in the latent then mean what they mean for images, whatever basis the training
 * ended in.
 *
 * @param trained - W_e, b_e, W_d, b_d
 * @param data - moments of the training images
 */
export function freezeAutoencoder({ encoder, decoder }: AutoencoderParameters, data: Moments): FrozenAutoencoder {
  const [pixels, latent] = encoder.weight.shape as [number, number]
  const down = encoder.weight.dataSync()
  const downBias = encoder.bias.dataSync()
  const up = decoder.weight.dataSync()
  const upBias = decoder.bias.dataSync()
  // z -> z L with L L^T = W_d W_d^T; W_d -> L^-1 W_d, whose rows are orthonormal.
  const gram = new Float64Array(latent * latent)
  for (let i = 0; i < latent; i++)
    for (let j = 0; j < latent; j++) for (let p = 0; p < pixels; p++) gram[i * latent + j]! += up[i * pixels + p]! * up[j * pixels + p]!
  const { values: lower } = cholesky({ size: latent, values: gram })
  const rows = Float64Array.from(up)
  for (let i = 0; i < latent; i++)
    for (let p = 0; p < pixels; p++) {
      for (let j = 0; j < i; j++) rows[i * pixels + p]! -= lower[i * latent + j]! * rows[j * pixels + p]!
      rows[i * pixels + p]! /= lower[i * latent + i]!
    }
  const columns = new Float64Array(pixels * latent)
  for (let p = 0; p < pixels; p++)
    for (let j = 0; j < latent; j++)
      for (let i = j; i < latent; i++) columns[p * latent + j]! += down[p * latent + i]! * lower[i * latent + j]!
  const meanLatent = new Float64Array(latent)
  for (let j = 0; j < latent; j++) {
    for (let i = j; i < latent; i++) meanLatent[j]! += downBias[i]! * lower[i * latent + j]!
    for (let p = 0; p < pixels; p++) meanLatent[j]! += data.mean[p]! * columns[p * latent + j]!
  }
  let variance = 0
  for (let p = 0; p < pixels; p++)
    for (let q = 0; q < pixels; q++) {
      const covariance = data.covariance.values[p * pixels + q]!
      if (covariance !== 0)
        for (let j = 0; j < latent; j++) variance += (columns[p * latent + j]! * covariance * columns[q * latent + j]!) / latent
    }
  const scale = Math.sqrt(variance)
  const encoderBias = new Float32Array(latent)
  const decoderBias = Float32Array.from(upBias)
  for (let j = 0; j < latent; j++) {
    // The encoder's own bias is part of the mean latent, hence only the mean image is left to subtract.
    let fromImage = 0
    for (let p = 0; p < pixels; p++) fromImage += data.mean[p]! * columns[p * latent + j]!
    encoderBias[j] = -fromImage / scale
    for (let p = 0; p < pixels; p++) decoderBias[p]! += meanLatent[j]! * rows[j * pixels + p]!
  }
  return {
    pixels,
    latent,
    encoder: Float32Array.from(columns, (value) => value / scale),
    encoderBias,
    decoder: Float32Array.from(rows, (value) => value * scale),
    decoderBias,
  }
}

/** The two halves of a frozen autoencoder as functions of tensors. */
export interface LatentSpace {
  /** [B, P] -> [B, D] */
  encode(xBP: tf.Tensor): tf.Tensor
  /** [B, D] -> [B, P] */
  decode(zBD: tf.Tensor): tf.Tensor
  dispose(): void
}

/** Puts a frozen autoencoder on the backend. */
export function latentSpace({ pixels, latent, encoder, encoderBias, decoder, decoderBias }: FrozenAutoencoder): LatentSpace {
  const down = tf.tensor2d(encoder, [pixels, latent])
  const downBias = tf.tensor1d(encoderBias)
  const up = tf.tensor2d(decoder, [latent, pixels])
  const upBias = tf.tensor1d(decoderBias)
  return {
    encode: (xBP) => ops.linear(xBP, down, downBias),
    decode: (zBD) => ops.linear(zBD, up, upBias),
    dispose: () => tf.dispose([down, downBias, up, upBias]),
  }
}
