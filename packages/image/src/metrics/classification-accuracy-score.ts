import type { RandomStream } from "@scalewise/nn"
import { accuracyOf } from "../extractor/image-classifier.ts"
import type { LabelledImages } from "../extractor/image-set.ts"
import { trainClassifier } from "../extractor/train-classifier.ts"

/** Options of `classificationAccuracyScore`. */
export interface ClassificationAccuracyScoreOptions {
  /** What the classifier learns from. */
  samples: LabelledImages
  /** Real images, which it is tested on. */
  test: LabelledImages
  /** Start of the classifier and order of its batches. */
  random: RandomStream
  /** Kinds of images. @defaultValue the largest label of samples or test images + 1 */
  classes?: number
  /** Updates. @defaultValue 1500 */
  steps?: number
  /** Images in a batch. @defaultValue 128 */
  batch?: number
  /** How far it is. */
  onProgress?: (progress: { done: number; total: number }) => void
  signal?: AbortSignal | undefined
}

/**
 * Classification accuracy score (Ravuri and Vinyals, arXiv 1905.10887): the accuracy on real images of a classifier trained on samples
 * alone. It falls where samples are wrong, where they are alike, and where they do not look real.
 *
 * @throws ConfigError where there are fewer samples than a batch has
 */
export async function classificationAccuracyScore({
  samples,
  test,
  random,
  classes = 1 + Math.max(largest(samples.labels), largest(test.labels)),
  steps = 1500,
  batch = 128,
  onProgress,
  signal,
}: ClassificationAccuracyScoreOptions): Promise<number> {
  const training = trainClassifier({ train: samples, random, steps, batch, signal, classes })
  let event = await training.next()
  for (; !event.done; event = await training.next()) onProgress?.({ done: event.value.step, total: steps })
  const classifier = event.value
  try {
    return accuracyOf(classifier.read(test).classes, test.labels)
  } finally {
    classifier.dispose()
  }
}

function largest(labels: ArrayLike<number>): number {
  let most = 0
  for (let i = 0; i < labels.length; i++) most = Math.max(most, labels[i]!)
  return most
}
