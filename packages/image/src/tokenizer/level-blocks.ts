import { tf, type Layer, type Parameters } from "@scalewise/nn"
import { attentionBlock, type AttentionBlockParameters } from "./attention-block.ts"
import type { AutoencoderConfig } from "./autoencoder-config.ts"
import { residualBlock, type ResidualBlockParameters } from "./residual-block.ts"

/** Parameters of `middleBlocks`, as far as the config has them. */
export type MiddleParameters = {
  readonly block1?: ResidualBlockParameters
  readonly attention1?: AttentionBlockParameters
  readonly block2?: ResidualBlockParameters
}

/** What stands at the coarsest level between the levels and the latent: x [B, h, w, C] to the same shape. */
export function middleBlocks(channels: number, { middle, groups }: AutoencoderConfig): Layer<MiddleParameters> {
  const block = residualBlock({ inputs: channels, outputs: channels, groups })
  const attention = attentionBlock({ channels, groups })
  return {
    init: (random) => ({
      ...(middle !== "none" && { block1: block.init(random.fold("block1")) }),
      ...(middle === "attention" && { attention1: attention.init(random.fold("attention1")), block2: block.init(random.fold("block2")) }),
    }),
    // A checkpoint has no trace of an empty record
    apply({ block1, attention1, block2 }: MiddleParameters = {}, x) {
      let y = block1 ? block.apply(block1, x) : x
      if (attention1) y = attention.apply(attention1, y)
      return block2 ? block.apply(block2, y) : y
    },
  }
}

/** Parameters of the blocks of one level. */
export type LevelParameters = {
  readonly block: Record<string, ResidualBlockParameters>
  readonly attention: Record<string, AttentionBlockParameters>
}

/** Options of `levelBlocks`. */
export interface LevelOptions {
  readonly inputs: number
  readonly outputs: number
  /** How many residual blocks; the first one changes the width. */
  readonly blocks: number
  /** Attention after every block. */
  readonly attends: boolean
  readonly groups: number
}

/** The blocks of one level, x [B, h, w, inputs] to [B, h, w, outputs]. */
export function levelBlocks({ inputs, outputs, blocks, attends, groups }: LevelOptions): Layer<LevelParameters & Parameters> {
  const stack = Array.from({ length: blocks }, (_, index) => residualBlock({ inputs: index === 0 ? inputs : outputs, outputs, groups }))
  const attention = attentionBlock({ channels: outputs, groups })
  return {
    init: (random) => ({
      block: Object.fromEntries(stack.map((block, index) => [String(index), block.init(random.fold("block").fold(index))])),
      attention: Object.fromEntries(
        attends ? stack.map((_, index) => [String(index), attention.init(random.fold("attention").fold(index))]) : [],
      ),
    }),
    apply: (parameters, x) =>
      tf.tidy(() =>
        stack.reduce<tf.Tensor>((h, block, index) => {
          const y = block.apply(parameters.block[index]!, h)
          const attending = parameters.attention?.[index]
          return attending ? attention.apply(attending, y) : y
        }, x),
      ),
  }
}
