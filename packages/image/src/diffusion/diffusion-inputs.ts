import { tf, type RandomStream, type StepInputs } from "@scalewise/nn"
import type { DiffusionSpace } from "./diffusion-space.ts"

/** Options of `diffusionInputs`. */
export interface DiffusionInputsOptions {
  /** Images [B, H, W, C] in [0, 1]. */
  readonly image: tf.Tensor
  /** Classes int32 [B]; not needed where there are none. */
  readonly label: tf.Tensor | undefined
  readonly space: DiffusionSpace
  /** T. */
  readonly levels: number
  /** Number of classes. */
  readonly classes: number
  /** Share of the samples whose class is dropped. */
  readonly classDropout: number
  /** One stream for each sample. */
  readonly random: RandomStream
}

/** What one step of the loss takes; everything random is drawn here, each sample from its own stream. Call it in a `tf.tidy`. */
export function diffusionInputs(options: DiffusionInputsOptions): StepInputs {
  const { image, label, space, levels, classes, classDropout, random } = options
  const batch = image.shape[0]
  const x0 = space.toX(image)
  return {
    x0,
    levels: tf.tensor1d(
      random
        .fold("level")
        .integers(batch, levels)
        .map((level) => level + 1),
      "int32",
    ),
    noise: random.fold("noise").normal(x0.shape),
    labels: classes === 0 || !label ? tf.fill([batch], classes, "int32") : withDropped(label, classes, classDropout, random.fold("class")),
  }
}

/** The classes, some replaced by the null class `classes`. */
function withDropped(label: tf.Tensor, classes: number, share: number, random: RandomStream): tf.Tensor {
  const batch = label.shape[0]
  const isDropped = tf.tensor1d(
    Array.from(random.uniformValues([batch]), (u) => u < share),
    "bool",
  )
  return tf.where(isDropped, tf.fill([batch], classes, "int32"), label)
}
