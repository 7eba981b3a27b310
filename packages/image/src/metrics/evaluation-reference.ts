import { accuracyOf, type ImageClassifier } from "../extractor/image-classifier.ts"
import { checkSameSize, countImages, type LabelledImages } from "../extractor/image-set.ts"
import type { Moments } from "../linear-algebra/moments.ts"
import { featureMoments } from "./feature-moments.ts"

/** Real images as a classifier sees them: what samples are held against. Made once for any number of evaluations. */
export interface EvaluationReference {
  readonly classifier: ImageClassifier
  readonly train: LabelledImages
  readonly test: LabelledImages
  /** Features [N, 84]. */
  readonly trainFeatures: Float32Array
  readonly testFeatures: Float32Array
  /** Of all test features. */
  readonly testMoments: Moments
  /** Of the classifier on the test images: the ceiling of what it can say about samples. */
  readonly testAccuracy: number
}

/**
 * Reads the real images once. All arrays and the classifier stay the caller's.
 *
 * @throws ShapeError where the images differ in size, or from what the classifier is made for
 */
export function evaluationReference({
  train,
  test,
  classifier,
}: Pick<EvaluationReference, "train" | "test" | "classifier">): EvaluationReference {
  checkSameSize(train, test, "evaluationReference")
  for (const set of [train, test]) countImages(set, set.labels)
  const testReading = classifier.read(test)
  return {
    classifier,
    train,
    test,
    trainFeatures: classifier.read(train).features,
    testFeatures: testReading.features,
    testMoments: featureMoments(testReading.features),
    testAccuracy: accuracyOf(testReading.classes, test.labels),
  }
}
