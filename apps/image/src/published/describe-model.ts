import { formatCount } from "@scalewise/cli"
import type { ImageModelConfig } from "@scalewise/image"

/** The settings of a model of VAR's layout, a line for each network. */
export function describeModel({ tokenizer, generator }: ImageModelConfig, parameters: { tokenizer: number; generator: number }): string[] {
  const { autoencoder, quantiser, phi, grids, height, width } = tokenizer
  const widths = autoencoder.multipliers.map((multiplier) => multiplier * autoencoder.width)
  const codes = quantiser.kind === "vector" ? `${quantiser.codes} codes` : quantiser.kind
  const lines = [
    `tokenizer: ${formatCount(parameters.tokenizer)} parameters; ${height} x ${width} x ${autoencoder.imageChannels} pixels, ` +
      `levels of ${widths.join(", ")} channels, ${autoencoder.encoderBlocks} and ${autoencoder.decoderBlocks} blocks, ` +
      `attention ${autoencoder.coarseAttention ? "at the coarsest level and in the middle" : "in the middle"}, ` +
      `latent of ${autoencoder.latentChannels} channels, ${codes}, ${phi.count} phi`,
    `token maps: ${grids.join(", ")}`,
  ]
  if (generator) {
    const { depth, width: channels, heads, feedForward, classes, modulation, attentionNorm } = generator
    lines.push(
      `generator: ${formatCount(parameters.generator)} parameters; depth ${depth}, width ${channels}, ${heads} heads, feed-forward x ${feedForward}, ` +
        `${classes} classes, modulation ${modulation === "shared" ? "shared by the blocks" : "of each block"}, ` +
        `attention ${attentionNorm ? "normalised" : "not normalised"}`,
    )
  }
  return lines
}
