import { gridSchedule } from "@scalewise/core"
import { levelWidths } from "../tokenizer/autoencoder-config.ts"
import type { ImageModelConfig } from "../model/image-model.ts"
import type { QuantiserConfig } from "../tokenizer/tokenizer-config.ts"
import type { SamplingConfig } from "./sampling-config.ts"

/** Options of `samplingMemory`. */
export interface SamplingMemoryOptions {
  /** Pictures at a time. */
  readonly batch: number
  /** @defaultValue those of the model as it is */
  readonly settings?: SamplingConfig
}

/** Bytes of a float32. */
const bytes = 4

/**
 * About how many bytes it takes to draw one batch, beside the model: the activations of every scale's pass, since allocators keep them for
 * the next one, keys and values of all runs that go side by side, and the decoder. On the native backend it was 1 to 1.3 times of what was
 * really taken (MNIST, batch 1000: 4.9 GB said, 4.6 taken; CIFAR-10, batch 400: 6.8 and 5.3).
 */
export function samplingMemory({ tokenizer, generator }: ImageModelConfig, { batch, settings = {} }: SamplingMemoryOptions): number {
  const { tokens, offsets, length } = gridSchedule(tokenizer.grids)
  const { autoencoder } = tokenizer
  const isGuided = [settings.guidance ?? 0].flat().some((strength) => strength !== 0)
  const runs = (isGuided ? 2 : 1) * (settings.rejection?.attempts ?? 1)
  const outputs = outputsOf(tokenizer.quantiser, autoencoder.latentChannels)

  let numbers = 0
  if (generator) {
    const { width, depth, heads, feedForward } = generator
    for (const [index, sites] of tokens.entries()) {
      const seen = offsets[index]! + sites
      numbers += depth * sites * (width * (4 + 2 * feedForward) + 1.5 * heads * seen) // branches, inner layer, scores
      numbers += 4 * depth * width * seen // keys and values, as they come and as they go
      numbers += 4 * sites * outputs
    }
    numbers += (runs - 1) * 2 * depth * width * length
  }
  // Five maps of each level, and those of whole pictures
  const pixels = tokenizer.height * tokenizer.width
  for (const [level, channels] of levelWidths(autoencoder).entries())
    numbers += (10 * (autoencoder.decoderBlocks + 1) * channels * pixels) / (autoencoder.patch * 2 ** level) ** 2
  numbers += pixels * (4 * autoencoder.imageChannels + (autoencoder.patch > 1 ? 4 * autoencoder.patchWidth : 0))
  return Math.round(batch * bytes * numbers)
}

/** V, what the head predicts at each site. */
function outputsOf(quantiser: QuantiserConfig, channels: number): number {
  if (quantiser.kind === "vector") return quantiser.codes
  if (quantiser.kind === "finite-scalar") return quantiser.levels.reduce((product, count) => product * count, 1)
  return quantiser.tokens === "bits" ? channels : 2 ** channels
}
