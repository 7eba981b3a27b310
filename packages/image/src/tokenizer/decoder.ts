import { layers, ops, type Layer, type Parameters } from "@scalewise/nn"
import { checkAutoencoder, levelWidths, type AutoencoderConfig } from "./autoencoder-config.ts"
import { levelBlocks, middleBlocks, type LevelParameters, type MiddleParameters } from "./level-blocks.ts"

/** Parameters of the `decoder`. Levels are numbered as in the encoder, finest first; every one but the finest has an `upsample`. */
export type DecoderParameters = {
  readonly convIn: layers.WeightAndBias & Parameters
  readonly middle: MiddleParameters
  readonly up: Record<string, LevelParameters & { readonly upsample?: layers.WeightAndBias & Parameters }>
  readonly normOut: layers.NormParameters & Parameters
  /** Before pixels are unfolded, where `patch` is above 1. */
  readonly convPatch?: layers.WeightAndBias & Parameters
  readonly convOut: layers.WeightAndBias & Parameters
}

/**
 * D of Eq. (20): latents [B, h, w, latentChannels] to [B, stride h, stride w, outputs], without a bound: the caller clips, or reads the
 * numbers as parameters of a likelihood.
 *
 * @param outputs - channels of the result. @defaultValue those of an image
 * @throws ConfigError for a config that makes no network
 */
export function decoder(config: AutoencoderConfig, outputs: number = config.imageChannels): Layer<DecoderParameters> {
  checkAutoencoder(config)
  const { latentChannels, groups, patch, patchWidth, decoderBlocks, coarseAttention } = config
  const widths = levelWidths(config)
  const [finest, coarsest] = [widths[0]!, widths.at(-1)!]
  const convIn = layers.conv2d({ inputs: latentChannels, outputs: coarsest })
  const middle = middleBlocks(coarsest, config)
  const levels = widths.map((own, index) => ({
    blocks: levelBlocks({
      inputs: widths[index + 1] ?? coarsest,
      outputs: own,
      blocks: decoderBlocks,
      attends: index === widths.length - 1 && coarseAttention,
      groups,
    }),
    upsample: index === 0 ? undefined : layers.conv2d({ inputs: own, outputs: own }),
  }))
  const normOut = layers.groupNorm({ channels: finest, groups })
  const convPatch = patch === 1 ? undefined : layers.conv2d({ inputs: finest, outputs: patchWidth * patch ** 2 })
  const convOut = layers.conv2d({ inputs: convPatch ? patchWidth : finest, outputs })

  return {
    init: (random) => ({
      convIn: convIn.init(random.fold("convIn")),
      middle: middle.init(random.fold("middle")),
      up: Object.fromEntries(
        levels.map(({ blocks, upsample }, index) => {
          const stream = random.fold("up").fold(index)
          return [String(index), { ...blocks.init(stream), ...(upsample && { upsample: upsample.init(stream.fold("upsample")) }) }]
        }),
      ),
      normOut: normOut.init(random.fold("normOut")),
      ...(convPatch && { convPatch: convPatch.init(random.fold("convPatch")) }),
      convOut: convOut.init(random.fold("convOut")),
    }),
    apply(parameters, latent) {
      let x = middle.apply(parameters.middle, convIn.apply(parameters.convIn, latent))
      for (let index = levels.length - 1; index >= 0; index--) {
        const { blocks, upsample } = levels[index]!
        const own = parameters.up[index]!
        x = blocks.apply(own, x)
        if (upsample) x = upsample.apply(own.upsample!, ops.upsampleNearest(x, 2))
      }
      x = ops.silu(normOut.apply(parameters.normOut, x))
      if (convPatch) x = ops.silu(ops.pixelShuffle(convPatch.apply(parameters.convPatch!, x), patch))
      return convOut.apply(parameters.convOut, x)
    },
  }
}
