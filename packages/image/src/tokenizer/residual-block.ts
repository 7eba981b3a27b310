import { layers, ops, tf, type Layer, type Parameters } from "@scalewise/nn"

/** Parameters of a `residualBlock`; `shortcut` is there where the width changes. */
export type ResidualBlockParameters = {
  readonly norm1: layers.NormParameters & Parameters
  readonly conv1: layers.WeightAndBias & Parameters
  readonly norm2: layers.NormParameters & Parameters
  readonly conv2: layers.WeightAndBias & Parameters
  readonly shortcut?: layers.WeightAndBias & Parameters
}

/** Options of `residualBlock`. */
export interface ResidualBlockOptions {
  /** Channels of x. */
  readonly inputs: number
  /** Channels of the result. */
  readonly outputs: number
  /** Groups of both normalisations; divides `inputs` and `outputs`. */
  readonly groups: number
}

/**
 * x [B, H, W, inputs] to [B, H, W, outputs]: twice group norm, SiLU and a 3 x 3 convolution, beside the identity or, where the width
 * changes, a 1 x 1 convolution (the block of latent diffusion's and VAR's autoencoders, arXiv 2112.10752).
 */
export function residualBlock({ inputs, outputs, groups }: ResidualBlockOptions): Layer<ResidualBlockParameters> {
  const norm1 = layers.groupNorm({ channels: inputs, groups })
  const conv1 = layers.conv2d({ inputs, outputs })
  const norm2 = layers.groupNorm({ channels: outputs, groups })
  const conv2 = layers.conv2d({ inputs: outputs, outputs })
  const shortcut = inputs === outputs ? undefined : layers.conv2d({ inputs, outputs, size: 1 })
  return {
    init: (random) => ({
      norm1: norm1.init(random.fold("norm1")),
      conv1: conv1.init(random.fold("conv1")),
      norm2: norm2.init(random.fold("norm2")),
      conv2: conv2.init(random.fold("conv2")),
      ...(shortcut && { shortcut: shortcut.init(random.fold("shortcut")) }),
    }),
    // In a scope of its own: at the finest level of a large model each of the eight tensors between takes tens of megabytes
    apply: (parameters, x) =>
      tf.tidy(() => {
        const inner = conv1.apply(parameters.conv1, ops.silu(norm1.apply(parameters.norm1, x)))
        const branch = conv2.apply(parameters.conv2, ops.silu(norm2.apply(parameters.norm2, inner)))
        return tf.add(parameters.shortcut && shortcut ? shortcut.apply(parameters.shortcut, x) : x, branch)
      }),
  }
}
