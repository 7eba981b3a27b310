import { layers, ops, tf, type Parameters, type RandomStream } from "@scalewise/nn"

// Letters: B batch, H height, W width, C channels, E width of the context.

/** Parameters of a `modulatedBlock`; `shortcut` is there where the width changes. */
export type ModulatedBlockParameters = {
  readonly norm1: layers.NormParameters & Parameters
  readonly conv1: layers.WeightAndBias & Parameters
  readonly modulation: layers.WeightAndBias & Parameters
  readonly conv2: layers.WeightAndBias & Parameters
  readonly shortcut?: layers.WeightAndBias & Parameters
}

/** Options of `modulatedBlock`. */
export interface ModulatedBlockOptions {
  /** Channels of x. */
  readonly inputs: number
  /** Channels of the result. */
  readonly outputs: number
  /** E, the width of the context. */
  readonly context: number
  /** Most groups of a normalisation, see `groupsOf`. */
  readonly groups: number
}

/** A residual block that is told the time and the class. */
export interface ModulatedBlock {
  init(random: RandomStream): ModulatedBlockParameters
  /** x [B, H, W, inputs] and the activated context [B, E] to [B, H, W, outputs]. */
  apply(parameters: ModulatedBlockParameters, x: tf.Tensor, contextBE: tf.Tensor): tf.Tensor
}

/**
 * Twice group norm, SiLU and a 3 x 3 convolution, beside the identity or a 1 x 1 convolution. Scale and shift of the second norm
 * are a linear map of the context (Dhariwal and Nichol 2021, section 3), so it has none of its own.
 */
export function modulatedBlock({ inputs, outputs, context, groups }: ModulatedBlockOptions): ModulatedBlock {
  const norm1 = layers.groupNorm({ channels: inputs, groups: groupsOf(inputs, groups) })
  const conv1 = layers.conv2d({ inputs, outputs })
  const modulation = layers.linear({ inputs: context, outputs: 2 * outputs })
  const conv2 = layers.conv2d({ inputs: outputs, outputs })
  const shortcut = inputs === outputs ? undefined : layers.conv2d({ inputs, outputs, size: 1 })
  return {
    init: (random) => ({
      norm1: norm1.init(random.fold("norm1")),
      conv1: conv1.init(random.fold("conv1")),
      modulation: modulation.init(random.fold("modulation")),
      conv2: conv2.init(random.fold("conv2")),
      ...(shortcut && { shortcut: shortcut.init(random.fold("shortcut")) }),
    }),
    apply(parameters, x, contextBE) {
      const inner = conv1.apply(parameters.conv1, ops.silu(norm1.apply(parameters.norm1, x)))
      const joint = tf.reshape(modulation.apply(parameters.modulation, contextBE), [-1, 1, 1, 2 * outputs])
      const [scale, shift] = tf.split(joint, 2, 3) as [tf.Tensor, tf.Tensor] // [B, 1, 1, outputs]
      const normal = ops.groupNorm(inner, { groups: groupsOf(outputs, groups) })
      const modulated = tf.add(tf.mul(normal, tf.add(scale, 1)), shift)
      const branch = conv2.apply(parameters.conv2, ops.silu(modulated))
      return tf.add(parameters.shortcut && shortcut ? shortcut.apply(parameters.shortcut, x) : x, branch)
    },
  }
}

/** The largest number of groups, at most `most`, that divides `channels`. */
export function groupsOf(channels: number, most: number): number {
  let groups = Math.min(most, channels)
  while (channels % groups !== 0) groups--
  return groups
}
