import { compileFunction, disposeParameters, ShapeError, tf } from "@scalewise/nn"
import { countImages, type ImageSet } from "./image-set.ts"
import { featureWidth, type LeNet, type LeNetOptions, type LeNetParameters } from "./lenet.ts"

/** What a classifier sees in N images. */
export interface ClassifierReading {
  /** [N, 84], row-major, never negative. */
  features: Float32Array
  /** [N, classes], row-major. */
  logits: Float32Array
  /** The most probable class of each image, [N]. */
  classes: Int32Array
}

/** A trained network that names the class of an image and gives the features in which sets of images are compared. */
export interface ImageClassifier {
  /** The sizes it is made for. */
  readonly options: Required<LeNetOptions>
  /** SHA-256 of the safetensors bytes: two distances are comparable only where it is the same. Undefined for one that has not been saved. */
  readonly hash: string | undefined
  readonly parameters: LeNetParameters
  /** Features, logits and classes of a set of images. */
  read(images: ImageSet): ClassifierReading
  /** Releases the parameters. */
  dispose(): void
}

/** Images that are read at once. */
const batchSize = 500

/** Puts trained parameters, which it takes over, to work. */
export function imageClassifier(network: LeNet, parameters: LeNetParameters, hash?: string): ImageClassifier {
  const { height, width, channels, classes: count } = network.options
  const run = compileFunction((p: LeNetParameters, { x }) => network.read(p, x!), { parameters })
  return {
    options: network.options,
    hash,
    parameters,
    read(set) {
      const rows = countImages(set)
      if (set.height !== height || set.width !== width || set.channels !== channels)
        throw new ShapeError(
          `image classifier: expected images of ${height} x ${width} x ${channels}, got ${set.height} x ${set.width} x ${set.channels}; train one for that size`,
        )
      const pixels = height * width * channels
      const reading = {
        features: new Float32Array(rows * featureWidth),
        logits: new Float32Array(rows * count),
        classes: new Int32Array(rows),
      }
      for (let from = 0; from < rows; from += batchSize) {
        const size = Math.min(batchSize, rows - from)
        const x = tf.tensor4d(set.images.subarray(from * pixels, (from + size) * pixels), [size, height, width, channels])
        const { features, logits } = run({ x })
        reading.features.set(features.dataSync(), from * featureWidth)
        reading.logits.set(logits.dataSync(), from * count)
        tf.dispose([x, features, logits])
      }
      for (let row = 0; row < rows; row++) reading.classes[row] = largest(reading.logits.subarray(row * count, (row + 1) * count))
      return reading
    },
    dispose() {
      run.dispose()
      disposeParameters(parameters)
    },
  }
}

function largest(values: Float32Array): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i
  return best
}

/** The share of images whose class is right. */
export function accuracyOf(classes: ArrayLike<number>, labels: ArrayLike<number>): number {
  if (classes.length !== labels.length || classes.length === 0)
    throw new ShapeError(`accuracy: expected as many labels as classes and at least one, got ${labels.length} and ${classes.length}`)
  let right = 0
  for (let i = 0; i < classes.length; i++) if (classes[i] === labels[i]) right++
  return right / classes.length
}
