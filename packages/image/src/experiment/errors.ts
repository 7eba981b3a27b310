import { tf } from "@scalewise/nn"
import { highBand, type BandKernels } from "./bands.ts"
import { inChunks } from "./in-chunks.ts"
import { meanSquaredError } from "./image-error.ts"

/** Mean squared errors of restored test images, intensities in [0, 1]. */
export interface Errors {
  /** Against the clean images. */
  clean: number
  /** Against the clean images when the test noise is larger than the training noise. */
  shifted: number
  /** Against the frozen autoencoder's reconstruction of the clean images. */
  reconstruction: number
  /** Against the decoded centroid of the clean images' code. */
  centroid: number
  /** Of the high-frequency band alone, against that of the clean images. */
  highBand: number
  /** Part of the images that come out as exactly their code's decoded centroid. */
  exactCode: number
}

/** What errors are measured against; all row-major [images, P]. */
export interface ErrorTargets {
  clean: Float32Array
  reconstruction: Float32Array
  centroid: Float32Array
  side: number
  kernels: BandKernels
  /** Width of the range of intensities; errors are divided by its square. */
  peak: number
}

/** Measures one reading of a model: its answers to the noisy and to the more noisy test images. */
export async function errorsOf(restored: Float32Array, restoredShifted: Float32Array, targets: ErrorTargets): Promise<Errors> {
  const { clean, reconstruction, centroid, side, kernels, peak } = targets
  const unit = peak * peak
  const pixels = side * side
  const difference = restored.map((value, i) => value - clean[i]!)
  const { band } = await inChunks(difference, pixels, (rows) => ({
    band: tf.tidy(() => highBand(tf.reshape(rows, [-1, side, side, 1]), kernels)), // linear: the band of a difference
  }))
  let exact = 0
  for (let from = 0; from < clean.length; from += pixels) {
    let largest = 0
    for (let i = from; i < from + pixels; i++) largest = Math.max(largest, Math.abs(restored[i]! - centroid[i]!))
    if (largest < 1e-4 * peak) exact++
  }
  return {
    clean: meanSquaredError(restored, clean) / unit,
    shifted: meanSquaredError(restoredShifted, clean) / unit,
    reconstruction: meanSquaredError(restored, reconstruction) / unit,
    centroid: meanSquaredError(restored, centroid) / unit,
    highBand: meanSquaredError(band!, new Float32Array(band!.length)) / unit,
    exactCode: (exact * pixels) / clean.length,
  }
}
