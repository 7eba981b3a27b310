import { ShapeError, type RandomStream } from "@scalewise/nn"
import { meanSquaredError, psnr } from "../experiment/image-error.ts"
import { accuracyOf, type ImageClassifier } from "../extractor/image-classifier.ts"
import { checkSameSize, countImages, type ImageSet } from "../extractor/image-set.ts"
import { featureWidth } from "../extractor/lenet.ts"
import { evaluationStages, type EvaluationProgress } from "./evaluation-stages.ts"
import { featureMoments } from "./feature-moments.ts"
import { fldDeviation } from "./fld.ts"
import { frechetDistance } from "./frechet-distance.ts"
import { ssim } from "./ssim.ts"

/** What `evaluateReconstructions` measures, as plain JSON. */
export interface ReconstructionEvaluation {
  count: number
  /** Mean squared error of intensities in [0, 1]. */
  mse: number
  /** The naive baseline: the error of the mean image of the originals. */
  meanImageMse: number
  /** Of the mean squared error of all images together, dB. Null where it is 0. */
  psnr: number | null
  /** Mean over images. */
  ssim: number
  /** Features of reconstructions against those of their own originals; lower than a train-against-test floor can be, since images are paired. */
  fld: { value: number; deviation: number }
  extractor: { hash: string | null; width: number }
  /** Of the classifier on the reconstructions; the ceiling is that on the originals. Null without labels. */
  accuracy: { value: number; ceiling: number } | null
}

/** Options of `evaluateReconstructions`. */
export interface EvaluateReconstructionsOptions {
  originals: ImageSet
  /** In the same order; clamped to [0, 1]. */
  reconstructions: ImageSet
  classifier: ImageClassifier
  /** Draws the bootstrap. */
  random: RandomStream
  /** Classes of the originals. @defaultValue none: no accuracy */
  labels?: ArrayLike<number> | undefined
  /** Called as work goes on. */
  onProgress?: ((progress: EvaluationProgress) => void) | undefined
  signal?: AbortSignal | undefined
}

/**
 * How much an autoencoder loses: errors of pixels, of structure and of features.
 *
 * @throws ShapeError where the two sets do not have the same number of images of one size
 */
export async function evaluateReconstructions({
  originals,
  reconstructions,
  classifier,
  random,
  labels,
  onProgress,
  signal,
}: EvaluateReconstructionsOptions): Promise<ReconstructionEvaluation> {
  const count = countImages(originals, labels)
  checkSameSize(originals, reconstructions, "evaluateReconstructions")
  if (countImages(reconstructions) !== count)
    throw new ShapeError(`evaluateReconstructions: expected ${count} reconstructions, one an image, got ${countImages(reconstructions)}`)
  const stages = evaluationStages({ "errors of pixels": 1, similarity: 2, "Frechet distance": 3 }, { onProgress, signal })
  await stages.begin("errors of pixels")
  const mse = meanSquaredError(originals.images, reconstructions.images)
  const meanImageMse = variance(originals.images, originals.images.length / count)
  await stages.begin("similarity")
  const similarity = ssim(originals, reconstructions).reduce((sum, value) => sum + value, 0) / count
  await stages.begin("Frechet distance")
  const [before, after] = [classifier.read(originals), classifier.read(reconstructions)]
  const reference = featureMoments(before.features)
  const value = frechetDistance(reference, featureMoments(after.features))
  const deviation = fldDeviation({ features: after.features, reference, random })
  stages.end()
  return {
    count,
    mse,
    meanImageMse,
    psnr: mse === 0 ? null : psnr(mse),
    ssim: similarity,
    fld: { value, deviation },
    extractor: { hash: classifier.hash ?? null, width: featureWidth },
    accuracy: labels ? { value: accuracyOf(after.classes, labels), ceiling: accuracyOf(before.classes, labels) } : null,
  }
}

/** Mean squared distance of images from their mean image, per pixel. */
function variance(images: Float32Array, pixels: number): number {
  const count = images.length / pixels
  const mean = new Float64Array(pixels)
  for (let i = 0; i < images.length; i++) mean[i % pixels]! += images[i]! / count
  let sum = 0
  for (let i = 0; i < images.length; i++) sum += (images[i]! - mean[i % pixels]!) ** 2
  return sum / images.length
}
