import { ConfigError, DataError, type RandomStream } from "@scalewise/nn"
import { gatherRows } from "../experiment/gather-rows.ts"
import { accuracyOf } from "../extractor/image-classifier.ts"
import { checkSameSize, countImages, type ImageSet, type LabelledImages } from "../extractor/image-set.ts"
import { featureWidth } from "../extractor/lenet.ts"
import { classificationAccuracyScore } from "./classification-accuracy-score.ts"
import { evaluationStages, type EvaluationProgress } from "./evaluation-stages.ts"
import type { EvaluationReference } from "./evaluation-reference.ts"
import { featureMoments } from "./feature-moments.ts"
import { fldDeviation, fldFloor } from "./fld.ts"
import { frechetDistance } from "./frechet-distance.ts"
import { matchedRows } from "./matched-rows.ts"
import { memorisation, type Memorisation } from "./memorisation.ts"
import { precisionRecall, type PrecisionRecall } from "./precision-recall.ts"
import type { Spread } from "./spread.ts"

/** What `evaluateSamples` measures, as plain JSON. Every number stands beside what real images attain. */
export interface SampleEvaluation {
  /** Samples that were judged. */
  count: number
  /** The feature space: distances are comparable only where the hash is the same. */
  extractor: { hash: string | null; width: number; testAccuracy: number }
  /** Real images that the samples were held against. */
  reference: { split: "test"; count: number }
  fld: {
    value: number
    /** Bootstrap standard deviation over the choice of samples. */
    deviation: number
    /** The same distance of as many training images, of the same classes. */
    floor: Spread
  }
  /** On equal numbers of samples and test images, drawn at random where there are more; the floor is that of as many training images. */
  precisionRecall: PrecisionRecall & { floor: PrecisionRecall }
  /** Share of samples in which the classifier sees the class that was asked for; the ceiling is its accuracy on the test images. Null without labels. */
  accuracy: { value: number; ceiling: number } | null
  /** Accuracy on the test images of a classifier trained on the samples alone; the ceiling is that of `count` training images, as many as samples. Null where it was not asked for. */
  classificationAccuracyScore: { value: number; ceiling: number; steps: number; count: number } | null
  memorisation: Memorisation
}

/** Options of `evaluateSamples`. */
export interface EvaluateSamplesOptions {
  /** Intensities in [0, 1]. */
  samples: ImageSet
  /** The class that each sample was asked to be. @defaultValue none: samples of an unconditional model */
  labels?: ArrayLike<number> | undefined
  /** From `evaluationReference`. */
  reference: EvaluationReference
  /** Source of every draw: the same stream gives the same record. */
  random: RandomStream
  /** Also train classifiers on the samples and on as many real images, for so many steps each. @defaultValue none */
  classifierSteps?: number | undefined
  /** What that classifier learns from: more samples than are judged otherwise, say. @defaultValue the samples with their labels */
  classifierSamples?: LabelledImages | undefined
  /** Neighbours that define the reach of a point in precision and recall. @defaultValue 5 */
  neighbours?: number
  /** Samples, and real images, at most in precision and recall. @defaultValue 10000 */
  precisionRecallImages?: number
  /** Samples, and test images, at most whose nearest training image is searched. @defaultValue 1000 */
  memorisationImages?: number
  /** Called as work goes on. */
  onProgress?: ((progress: EvaluationProgress) => void) | undefined
  signal?: AbortSignal | undefined
}

/**
 * Everything that can be said about generated images alone, from their pixels and labels.
 *
 * @throws DataError for samples that are not intensities in [0, 1], ShapeError where sizes do not fit, ConfigError for a
 * classification accuracy score without labels
 */
export async function evaluateSamples(options: EvaluateSamplesOptions): Promise<SampleEvaluation> {
  const { samples, labels, reference, random, classifierSteps } = options
  const { classifierSamples = labels && { ...samples, labels } } = options
  const { neighbours = 5, precisionRecallImages = 10_000, memorisationImages = 1000, onProgress, signal } = options
  const { classifier, train, test, trainFeatures, testFeatures, testMoments, testAccuracy } = reference
  const count = countImages(samples, labels)
  checkSameSize(samples, test, "evaluateSamples")
  checkIntensities(samples.images)
  if (classifierSteps && !classifierSamples)
    throw new ConfigError("evaluateSamples: expected labels to train a classifier on the samples, got none; leave out classifierSteps")
  const stages = evaluationStages({ ...efforts, ...(classifierSteps && trainingEfforts) }, { onProgress, signal })

  await stages.begin("reading samples")
  const { features, classes } = classifier.read(samples)

  await stages.begin("Frechet distance")
  const like = labels ?? count
  const fld = {
    value: frechetDistance(testMoments, featureMoments(features)),
    deviation: fldDeviation({ features, reference: testMoments, random: random.fold("bootstrap") }),
    floor: fldFloor({ features: trainFeatures, labels: train.labels, reference: testMoments, like, random: random.fold("floor") }),
  }

  await stages.begin("precision and recall")
  const compared = Math.min(count, countImages(test), precisionRecallImages)
  const drawn = (all: Float32Array, name: string) =>
    gatherRows(
      all,
      featureWidth,
      random
        .fold(name)
        .permutation(all.length / featureWidth)
        .subarray(0, compared),
    )
  const settings = { real: drawn(testFeatures, "real features"), width: featureWidth, k: neighbours }
  const measured = precisionRecall({ samples: drawn(features, "sample features"), ...settings })
  await stages.begin("precision and recall of real images")
  const realRows = matchedRows(train.labels, like, random.fold("real samples"))
  const realFeatures = drawn(gatherRows(trainFeatures, featureWidth, realRows), "sample features")
  const measuredFloor = precisionRecall({ samples: realFeatures, ...settings })

  await stages.begin("nearest training images")
  const nearest = memorisation({ samples, train, test, random: random.fold("memorisation"), count: memorisationImages })

  let score: SampleEvaluation["classificationAccuracyScore"] = null
  if (classifierSteps && classifierSamples) {
    const scoreOf = async (stage: keyof typeof trainingEfforts, learned: LabelledImages) => {
      await stages.begin(stage)
      return classificationAccuracyScore({
        samples: learned,
        test,
        classes: classifier.options.classes,
        random: random.fold("classification accuracy score"),
        steps: classifierSteps,
        signal,
        onProgress: ({ done, total }) => stages.within(done / total),
      })
    }
    const value = await scoreOf("training on samples", classifierSamples)
    const learnedRows = matchedRows(train.labels, classifierSamples.labels, random.fold("real classifier samples"))
    const ceiling = await scoreOf("training on real images", labelledRows(train, learnedRows))
    score = { value, ceiling, steps: classifierSteps, count: learnedRows.length }
  }
  stages.end()
  return {
    count,
    extractor: { hash: classifier.hash ?? null, width: featureWidth, testAccuracy },
    reference: { split: "test", count: countImages(test) },
    fld,
    precisionRecall: { ...measured, floor: measuredFloor },
    accuracy: labels ? { value: accuracyOf(classes, labels), ceiling: testAccuracy } : null,
    classificationAccuracyScore: score,
    memorisation: nearest,
  }
}

/** About how long each stage takes, in seconds. */
const efforts = {
  "reading samples": 2,
  "Frechet distance": 2,
  "precision and recall": 3,
  "precision and recall of real images": 3,
  "nearest training images": 3,
}
const trainingEfforts = { "training on samples": 60, "training on real images": 60 }

const labelledRows = ({ images, labels, height, width, channels }: LabelledImages, rows: Int32Array): LabelledImages => ({
  images: gatherRows(images, height * width * channels, rows),
  labels: Int32Array.from(rows, (row) => labels[row]!),
  height,
  width,
  channels,
})

/** Rounding may leave the interval by a little; images in [-1, 1] or in bytes would be scored without a complaint. */
function checkIntensities(images: Float32Array): void {
  const wrong = images.findIndex((value) => !(value >= -1e-3 && value <= 1.001))
  if (wrong >= 0)
    throw new DataError(`evaluateSamples: expected intensities from 0 to 1, got ${images[wrong]} at ${wrong}; clamp or rescale the samples`)
}
