import { adamw, compile, ConfigError, cosine, disposeParameters, ops, residentDataset, tf, train, type RandomStream } from "@scalewise/nn"
import type { TrainEvent } from "@scalewise/nn"
import { imageClassifier, type ImageClassifier } from "./image-classifier.ts"
import { countImages, type LabelledImages } from "./image-set.ts"
import { lenet, type LeNetParameters } from "./lenet.ts"

/** Options of `trainClassifier`. */
export interface TrainClassifierOptions {
  /** What is learned. */
  train: LabelledImages
  /** Source of the start, of the order of images and of nothing else. */
  random: RandomStream
  /** Classes; labels lie below. @defaultValue the largest label + 1 */
  classes?: number
  /** Passes over the images, where `steps` is not given. @defaultValue 8 */
  epochs?: number
  /** Updates in all. @defaultValue as `epochs` says */
  steps?: number
  /** Images in a batch. @defaultValue 128 */
  batch?: number
  /** Learning rate at the start; it falls to 0 by half a cosine. @defaultValue 0.002 */
  rate?: number
  /** Decoupled weight decay. @defaultValue 0.01 */
  weightDecay?: number
  /** How steps run. @defaultValue "auto" */
  mode?: "auto" | "eager"
  /** Stops between two steps with the signal's reason. */
  signal?: AbortSignal | undefined
  /** Milliseconds, for the times in the events. @defaultValue performance.now */
  clock?: () => number
}

/**
 * Trains a LeNet with AdamW on the cross-entropy, tells how far it is, and returns the classifier, which is the caller's to dispose.
 * The recipe is that of the shipped feature extractor and of the classification accuracy score.
 *
 * @throws ConfigError where there are fewer images than a batch has, or a label is no class
 */
export async function* trainClassifier({
  train: data,
  random,
  classes = Math.max(2, 1 + maximum(data.labels)),
  epochs = 8,
  steps,
  batch = 128,
  rate = 2e-3,
  weightDecay = 0.01,
  mode = "auto",
  signal,
  clock,
}: TrainClassifierOptions): AsyncGenerator<TrainEvent, ImageClassifier, undefined> {
  const count = countImages(data, data.labels)
  if (count < batch) throw new ConfigError(`trainClassifier: expected at least a batch of ${batch} images, got ${count}; lower "batch"`)
  const labels = Int32Array.from(data.labels)
  const wrong = labels.find((label) => label < 0 || label >= classes)
  if (wrong !== undefined) throw new ConfigError(`trainClassifier: expected labels from 0 to ${classes - 1}, got ${wrong}`)
  const { images, height, width, channels } = data
  const network = lenet({ height, width, channels, classes })
  const total = steps ?? epochs * Math.floor(count / batch)
  const start = network.init(random.fold("parameters"))
  const step = compile<LeNetParameters>(
    (parameters, { x, label }) => tf.mean<tf.Tensor>(ops.crossEntropy(network.apply(parameters, x!), label!)),
    { parameters: start, optimizer: adamw({ rate: cosine(rate, total), weightDecay }), mode },
  )
  try {
    const events = train({
      step,
      dataset: residentDataset({ x: { values: images, shape: [height, width, channels] }, label: { values: labels, shape: [] } }),
      batchSize: batch,
      random: random.fold("training"),
      steps: total,
      lastBatch: "drop",
      reportEvery: 50,
      ...(signal && { signal }),
      ...(clock && { clock }),
    })
    for await (const event of events) {
      if (event.type === "done" && event.reason === "aborted") signal?.throwIfAborted()
      yield event
    }
    return imageClassifier(network, step.parameters())
  } finally {
    step.dispose()
    disposeParameters(start)
  }
}

function maximum(values: ArrayLike<number>): number {
  let most = 0
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i]!)
  return most
}
