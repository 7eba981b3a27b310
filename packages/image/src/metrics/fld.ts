import type { RandomStream } from "@scalewise/nn"
import type { Moments } from "../linear-algebra/moments.ts"
import { featureMoments } from "./feature-moments.ts"
import { frechetDistance } from "./frechet-distance.ts"
import { matchedRows } from "./matched-rows.ts"
import { spread, type Spread } from "./spread.ts"

/**
 * Frechet-LeNet distance: the squared Frechet distance of Gaussians fitted to the features of two sets of images. It is FID (Heusel
 * et al., arXiv 1706.08500) in the feature space of a small classifier of the images at hand; there is no standard FID for MNIST. It
 * depends on the classifier (print its hash), on the reference set, and falls with the number of images: compare equal numbers only.
 *
 * @param features - [N, width] of the images that are judged
 * @param reference - [M, width] of real images, or their moments
 */
export function fld(features: Float32Array, reference: Float32Array | Moments, { width }: { width?: number } = {}): number {
  const options = width === undefined ? {} : { width }
  const wanted = "covariance" in reference ? reference : featureMoments(reference, options)
  return frechetDistance(wanted, featureMoments(features, options))
}

/** Options of `fldDeviation`. */
export interface FldDeviationOptions {
  /** [N, width] of the images that are judged. */
  features: Float32Array
  /** Of the real images. */
  reference: Moments
  random: RandomStream
  /** How often N features are drawn with replacement. @defaultValue 20 */
  resamples?: number
}

/**
 * Bootstrap standard deviation of an FLD over the choice of images that are judged; the reference stays. (Drawing with replacement
 * makes the resampled distances larger than the FLD itself; only their scatter is used.)
 */
export function fldDeviation({ features, reference, random, resamples = 20 }: FldDeviationOptions): number {
  const width = reference.mean.length
  const count = features.length / width
  const draws = Array.from({ length: resamples }, (_, draw) =>
    frechetDistance(reference, featureMoments(features, { width, rows: random.fold(draw).integers(count, count) })),
  )
  return spread(draws).deviation
}

/** Options of `fldFloor`. */
export interface FldFloorOptions {
  /** [M, width] of the training images. */
  features: Float32Array
  /** Class of each training image. */
  labels: ArrayLike<number>
  /** Of the real images that the samples are compared with. */
  reference: Moments
  /** Classes of the samples, or their number where they have none. */
  like: ArrayLike<number> | number
  random: RandomStream
  /** Sets of training images. @defaultValue 5 */
  draws?: number
}

/** What a perfect generator would attain: the FLD of as many training images, of the same classes. */
export function fldFloor({ features, labels, reference, like, random, draws = 5 }: FldFloorOptions): Spread {
  const width = reference.mean.length
  return spread(
    Array.from({ length: draws }, (_, draw) =>
      frechetDistance(reference, featureMoments(features, { width, rows: matchedRows(labels, like, random.fold(draw)) })),
    ),
  )
}
