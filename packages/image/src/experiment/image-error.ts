import { ShapeError } from "@scalewise/nn"

/**
 * Mean squared difference of two sets of images, over all images and pixels.
 *
 * @throws ShapeError when they differ in length
 */
export function meanSquaredError(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new ShapeError(`meanSquaredError: expected two arrays of one length, got ${a.length} and ${b.length}`)
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2
  return sum / a.length
}

/** Peak signal-to-noise ratio in dB of a mean squared error on intensities in [0, 1]. */
export const psnr = (mse: number): number => -10 * Math.log10(mse)
