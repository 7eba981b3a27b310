import { layers, ops, type Layer, type Parameters } from "@scalewise/nn"
import { checkAutoencoder, levelWidths, type AutoencoderConfig } from "./autoencoder-config.ts"
import { levelBlocks, middleBlocks, type LevelParameters, type MiddleParameters } from "./level-blocks.ts"

/** Parameters of the `encoder`; every level but the coarsest has a `downsample`. */
export type EncoderParameters = {
  readonly convIn: layers.WeightAndBias & Parameters
  readonly down: Record<string, LevelParameters & { readonly downsample?: layers.WeightAndBias & Parameters }>
  readonly middle: MiddleParameters
  readonly normOut: layers.NormParameters & Parameters
  readonly convOut: layers.WeightAndBias & Parameters
}

/**
 * E of Eq. (12): images [B, H, W, imageChannels] to features [B, H / stride, W / stride, latentChannels]. The layout is that of VAR's and
 * latent diffusion's VQ encoder; `patch` folds pixels into channels before it.
 *
 * @throws ConfigError for a config that makes no network
 */
export function encoder(config: AutoencoderConfig): Layer<EncoderParameters> {
  checkAutoencoder(config)
  const { imageChannels, latentChannels, groups, patch, encoderBlocks, coarseAttention } = config
  const widths = levelWidths(config)
  const [finest, coarsest] = [widths[0]!, widths.at(-1)!]
  const convIn = layers.conv2d({ inputs: imageChannels * patch ** 2, outputs: finest })
  const levels = widths.map((outputs, index) => {
    const isCoarsest = index === widths.length - 1
    const blocks = levelBlocks({
      inputs: widths[index - 1] ?? finest,
      outputs,
      blocks: encoderBlocks,
      attends: isCoarsest && coarseAttention,
      groups,
    })
    // One column of zeros at the right and one row below, as the published checkpoints were trained
    const padding = [[0, 1], [0, 1]] as const // prettier-ignore
    return { blocks, downsample: isCoarsest ? undefined : layers.conv2d({ inputs: outputs, outputs, stride: 2, padding }) }
  })
  const middle = middleBlocks(coarsest, config)
  const normOut = layers.groupNorm({ channels: coarsest, groups })
  const convOut = layers.conv2d({ inputs: coarsest, outputs: latentChannels })

  return {
    init: (random) => ({
      convIn: convIn.init(random.fold("convIn")),
      down: Object.fromEntries(
        levels.map(({ blocks, downsample }, index) => {
          const stream = random.fold("down").fold(index)
          return [String(index), { ...blocks.init(stream), ...(downsample && { downsample: downsample.init(stream.fold("downsample")) }) }]
        }),
      ),
      middle: middle.init(random.fold("middle")),
      normOut: normOut.init(random.fold("normOut")),
      convOut: convOut.init(random.fold("convOut")),
    }),
    apply(parameters, images) {
      let x = convIn.apply(parameters.convIn, patch === 1 ? images : ops.pixelUnshuffle(images, patch))
      for (const [index, { blocks, downsample }] of levels.entries()) {
        const own = parameters.down[index]!
        x = blocks.apply(own, x)
        if (downsample) x = downsample.apply(own.downsample!, x)
      }
      x = middle.apply(parameters.middle, x)
      return convOut.apply(parameters.convOut, ops.silu(normOut.apply(parameters.normOut, x))) // Eq. (12)
    },
  }
}
