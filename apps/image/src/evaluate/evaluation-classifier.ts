import { createHash } from "node:crypto"
import path from "node:path"
import {
  loadClassifier,
  saveClassifier,
  shippedClassifierFolder,
  trainClassifier,
  type ImageClassifier,
  type ResidentImages,
} from "@scalewise/image"
import { ConfigError, randomStream, readCheckpointConfig } from "@scalewise/nn"

/** The classifier in whose features samples are compared, and where it is from. */
export interface EvaluationClassifier {
  readonly classifier: ImageClassifier
  readonly source: string
}

/** Options of `evaluationClassifier`. */
export interface EvaluationClassifierOptions {
  /** As given: a folder, or "mnist" for the shipped one. */
  readonly given: string | undefined
  /** Whether the images are MNIST's from the package, which the shipped one is made for. */
  readonly isMnist: boolean
  readonly train: ResidentImages
  /** Where one that is trained here is kept for the next time. */
  readonly cache: string
  readonly say: (text: string) => void
  readonly onProgress: (done: number, total: number) => void
  readonly signal?: AbortSignal | undefined
}

const [seed, epochs] = [1234, 8]

/**
 * The shipped classifier for MNIST, the given one, or one that is trained on the training images with a fixed seed and kept.
 *
 * @throws ConfigError for one made for other images
 */
export async function evaluationClassifier(options: EvaluationClassifierOptions): Promise<EvaluationClassifier> {
  const { given, isMnist, train, cache, say } = options
  if (given !== undefined && given !== "mnist") return fitting(await loadClassifier(given), given, train)
  if (given === "mnist" || isMnist) {
    const classifier = await loadClassifier(shippedClassifierFolder())
    return fitting(classifier, "the one for MNIST digits that comes with @scalewise/image", train)
  }
  const images = fingerprint(train)
  const kept = await readCheckpointConfig(cache).catch(() => undefined)
  if (kept?.metadata["images"] === images) {
    say(`Features are those of the classifier in ${cache}, which an earlier evaluation trained on these images.`)
    return { classifier: await loadClassifier(cache), source: cache }
  }
  say(`No --classifier was given for these images: one is trained on them with seed ${seed} and kept in ${cache}.`)
  const batch = Math.min(128, train.size)
  const total = epochs * Math.floor(train.size / batch)
  const training = trainClassifier({
    train,
    classes: Math.max(2, train.classes.length),
    random: randomStream(seed),
    epochs,
    batch,
    signal: options.signal,
  })
  let event = await training.next()
  for (; !event.done; event = await training.next()) options.onProgress(event.value.step, total)
  await saveClassifier(cache, event.value, { seed, epochs, batch, images, trainImages: train.size })
  event.value.dispose()
  return { classifier: await loadClassifier(cache), source: cache }
}

function fitting(classifier: ImageClassifier, source: string, train: ResidentImages): EvaluationClassifier {
  const { height, width, channels, classes } = classifier.options
  if (height !== train.height || width !== train.width || channels !== train.channels || classes < train.classes.length) {
    classifier.dispose()
    throw new ConfigError(
      `--classifier: expected one for images ${train.height} x ${train.width} x ${train.channels} of ${train.classes.length} classes, got one for ${height} x ${width} x ${channels} of ${classes}; train one with train-classifier`,
    )
  }
  return { classifier, source }
}

/** Of the images that a classifier was trained on, so that one of other images is not taken. */
const fingerprint = ({ pixels, labels, size }: ResidentImages): string =>
  createHash("sha256")
    .update(`${size} `)
    .update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength))
    .update(new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength))
    .digest("hex")

/** Where a classifier that is trained here is kept: beside the checkpoint, or in the folder of the evaluation. */
export const classifierCache = (checkpoint: string | undefined, out: string): string =>
  path.join(checkpoint === undefined ? out : path.dirname(path.resolve(checkpoint)), "evaluation-classifier")
