import { ops, tf } from "@scalewise/nn"
import type { ImageClassifier } from "../extractor/image-classifier.ts"
import { lenet } from "../extractor/lenet.ts"
import { labelsOf, type LabelCondition } from "../generator/next-scale-process.ts"

/**
 * The score that rejection goes by: log p(class | picture) of a classifier, [B]; for a sample without a class that of the most probable one.
 *
 * The accuracy of the same classifier on pictures chosen this way says nothing about the model.
 *
 * @throws ShapeError for pictures of another size than the classifier's
 */
export function classifierScore({ options, parameters }: ImageClassifier): (images: tf.Tensor, condition: LabelCondition) => tf.Tensor {
  const network = lenet(options)
  return (images, condition) =>
    tf.tidy(() => {
      const logProbs = ops.logSoftmax(network.apply(parameters, images)) // [B, classes]
      const labels = labelsOf(condition, images.shape[0], options.classes)
      const known = tf.tensor1d(Float32Array.from(labels, (label) => (label < options.classes ? 1 : 0)))
      const ofLabel = tf.sum(tf.mul(logProbs, tf.oneHot(tf.tensor1d(labels, "int32"), options.classes)), -1)
      return tf.where(tf.greater(known, 0), ofLabel, tf.max(logProbs, -1))
    })
}
