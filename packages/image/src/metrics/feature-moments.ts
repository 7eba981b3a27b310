import { ShapeError } from "@scalewise/nn"
import type { Moments } from "../linear-algebra/moments.ts"
import { featureWidth } from "../extractor/lenet.ts"

/** Options of `featureMoments`. */
export interface FeatureMomentsOptions {
  /** Numbers of one point. @defaultValue 84 */
  width?: number
  /** Which points count, each as often as it is named. @defaultValue all, once */
  rows?: ArrayLike<number>
}

/**
 * Mean and unbiased covariance (divided by N - 1) of feature vectors [N, width], in float64 throughout: dead features make the
 * covariance singular, and square roots of its smallest eigenvalues would magnify the rounding of float32.
 *
 * @throws ShapeError where there are fewer than two points
 */
export function featureMoments(features: Float32Array, { width = featureWidth, rows }: FeatureMomentsOptions = {}): Moments {
  const count = rows?.length ?? features.length / width
  if (!Number.isInteger(count) || count < 2)
    throw new ShapeError(
      `featureMoments: expected at least two points of ${width} numbers, got ${features.length} numbers for ${count} points`,
    )
  const mean = new Float64Array(width)
  const offsetOf = (i: number) => (rows ? rows[i]! : i) * width
  for (let i = 0; i < count; i++) {
    const at = offsetOf(i)
    for (let j = 0; j < width; j++) mean[j]! += features[at + j]!
  }
  for (let j = 0; j < width; j++) mean[j]! /= count
  const values = new Float64Array(width * width)
  const point = new Float64Array(width)
  for (let i = 0; i < count; i++) {
    const at = offsetOf(i)
    for (let j = 0; j < width; j++) point[j] = features[at + j]! - mean[j]!
    for (let j = 0; j < width; j++) {
      const factor = point[j]!
      for (let k = 0; k <= j; k++) values[j * width + k]! += factor * point[k]!
    }
  }
  for (let j = 0; j < width; j++)
    for (let k = 0; k <= j; k++) {
      const covariance = values[j * width + k]! / (count - 1)
      values[j * width + k] = covariance
      values[k * width + j] = covariance
    }
  return { mean, covariance: { size: width, values } }
}
