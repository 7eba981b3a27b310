// Letters: B images, H height, W width, C channels, F the 84 features, K classes.
import { ConfigError, layers, ops, ShapeError, tf, type Layer, type RandomStream } from "@scalewise/nn"
import { pooledConvolution } from "./pooled-convolution.ts"

/** What a LeNet is made for. */
export type LeNetOptions = {
  /** Rows of an image; at least 12. @defaultValue 28 */
  readonly height?: number
  /** Columns of an image; at least 12. @defaultValue 28 */
  readonly width?: number
  /** 1 for grey, 3 for colour. @defaultValue 1 */
  readonly channels?: number
  /** Kinds of images. @defaultValue 10 */
  readonly classes?: number
}

/** Weights and biases of the five layers. */
export type LeNetParameters = Readonly<Record<"conv1" | "conv2" | "dense1" | "dense2" | "head", layers.WeightAndBias>>

/** A classifier of images whose last hidden layer serves as feature space. */
export interface LeNet extends Layer<LeNetParameters> {
  /** From x [B, H, W, C] in [0, 1] the features [B, 84] (after their ReLU) and the logits [B, K]. */
  readonly read: (parameters: LeNetParameters, x: tf.Tensor) => { features: tf.Tensor; logits: tf.Tensor }
  /** The options with their defaults. */
  readonly options: Required<LeNetOptions>
}

/** Width of the feature space. */
export const featureWidth = 84

/**
 * The network of LeCun et al. (1998), with ReLU and max pooling as its descendants have them: 5 x 5 convolution to 6 channels
 * ("same"), pooling, 5 x 5 convolution to 16 channels, pooling, then dense layers of 120, 84 and K. On 28 x 28 x 1 with ten classes
 * it has 61,706 parameters. `apply` gives the logits.
 *
 * @throws ConfigError for sizes that leave nothing to classify
 */
export function lenet({ height = 28, width = 28, channels = 1, classes = 10 }: LeNetOptions = {}): LeNet {
  const isCount = (value: number, least: number) => Number.isInteger(value) && value >= least
  if (!isCount(height, 12) || !isCount(width, 12) || !isCount(channels, 1) || !isCount(classes, 2))
    throw new ConfigError(
      `lenet: expected at least 12 x 12 pixels, one channel and two classes, got ${height} x ${width}, ${channels} and ${classes}`,
    )
  const pooled = (length: number): number => Math.floor((Math.floor(length / 2) - 4) / 2)
  const flat = pooled(height) * pooled(width) * 16
  const isEven = height % 2 === 0 && width % 2 === 0
  const conv1 = layers.conv2d({ inputs: channels, outputs: 6, size: 5 })
  const conv2 = layers.conv2d({ inputs: 6, outputs: 16, size: 5, padding: "valid" })
  const dense1 = layers.linear({ inputs: flat, outputs: 120 })
  const dense2 = layers.linear({ inputs: 120, outputs: featureWidth })
  const head = layers.linear({ inputs: featureWidth, outputs: classes })
  const parts = { conv1, conv2, dense1, dense2, head }

  const read: LeNet["read"] = (parameters, x) => {
    if (x.rank !== 4 || x.shape.slice(1).join() !== [height, width, channels].join())
      throw new ShapeError(`lenet: expected x [B, ${height}, ${width}, ${channels}], got [${x.shape}]`)
    // The largest of ReLUs is the ReLU of the largest.
    const low = tf.relu(isEven ? pooledConvolution(parameters.conv1, x) : ops.maxPool2d(conv1.apply(parameters.conv1, x))) // [B, H / 2, W / 2, 6]
    const high = tf.relu(ops.maxPool2d(conv2.apply(parameters.conv2, low))) // [B, h, w, 16]
    const hidden = tf.relu(dense1.apply(parameters.dense1, tf.reshape(high, [-1, flat]))) // [B, 120]
    const features = tf.relu(dense2.apply(parameters.dense2, hidden)) // [B, F]
    return { features, logits: head.apply(parameters.head, features) }
  }
  return {
    options: { height, width, channels, classes },
    init: (random: RandomStream) =>
      Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.init(random.fold(name))])) as LeNetParameters,
    apply: (parameters, x) => read(parameters, x).logits,
    read,
  }
}
