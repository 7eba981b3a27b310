import { checkGenerator, type GeneratorConfig } from "../generator/generator-config.ts"
import { levelWidths, type AutoencoderConfig } from "../tokenizer/autoencoder-config.ts"
import { tokenizer } from "../tokenizer/tokenizer.ts"
import type { TokenizerConfig } from "../tokenizer/tokenizer-config.ts"
import type { ImageModelConfig } from "./image-model.ts"

// Written out rather than taken from fresh parameters: a model of billions of parameters would be drawn for its shapes alone,
// and a backend be needed to read a file.

type Shapes = [name: string, shape: number[]][]

/**
 * Names and shapes of all tensors of a model of this config; nothing of the size of the model is made.
 *
 * @throws ConfigError for settings that do not fit together
 */
export function expectedTensors(config: ImageModelConfig): Record<string, { shape: number[] }> {
  const { autoencoder, likelihood } = config.tokenizer
  const { latentChannels, quantiserKernel, imageChannels } = autoencoder
  const made = tokenizer(config.tokenizer)
  const around = (name: string): Shapes => (quantiserKernel === 0 ? [] : convolution(name, latentChannels, latentChannels, quantiserKernel))
  const shapes: Shapes = [
    ...within("encoder", encoderShapes(autoencoder)),
    ...around("preQuantiser"),
    ...within("quantiser", quantiserShapes(config.tokenizer, made.schedule.steps)),
    ...around("postQuantiser"),
    ...within("decoder", decoderShapes(autoencoder)),
    ...(likelihood === "logistic" ? ([["logScale", [imageChannels]]] as Shapes) : []),
  ]
  const { tokens, vocabulary } = made.multiScale.quantiser
  const outputs = tokens === "bits" ? latentChannels : vocabulary
  const { steps: scales, tokens: sites } = made.schedule
  const all = within("tokenizer", shapes)
  if (config.generator) {
    checkGenerator(config.generator)
    all.push(...within("generator", generatorShapes(config.generator, { channels: latentChannels, outputs, scales, sites })))
  }
  return Object.fromEntries(all.map(([name, shape]) => [name, { shape }]))
}

/** How many numbers the tensors of a model of this config hold. */
export const countModelParameters = (config: ImageModelConfig): { readonly tokenizer: number; readonly generator: number } => {
  const counts = { tokenizer: 0, generator: 0 }
  for (const [name, { shape }] of Object.entries(expectedTensors(config)))
    counts[name.startsWith("tokenizer.") ? "tokenizer" : "generator"] += shape.reduce((product, side) => product * side, 1)
  return counts
}

const within = (prefix: string, shapes: Shapes): Shapes => shapes.map(([name, shape]) => [`${prefix}.${name}`, shape])

const linear = (name: string, inputs: number, outputs: number): Shapes => [
  [`${name}.weight`, [inputs, outputs]],
  [`${name}.bias`, [outputs]],
]

const convolution = (name: string, inputs: number, outputs: number, side = 3): Shapes => [
  [`${name}.weight`, [side, side, inputs, outputs]],
  [`${name}.bias`, [outputs]],
]

const norm = (name: string, channels: number): Shapes => [
  [`${name}.weight`, [channels]],
  [`${name}.bias`, [channels]],
]

const residualBlock = (name: string, inputs: number, outputs: number): Shapes => [
  ...norm(`${name}.norm1`, inputs),
  ...convolution(`${name}.conv1`, inputs, outputs),
  ...norm(`${name}.norm2`, outputs),
  ...convolution(`${name}.conv2`, outputs, outputs),
  ...(inputs === outputs ? [] : convolution(`${name}.shortcut`, inputs, outputs, 1)),
]

const attentionBlock = (name: string, channels: number): Shapes => [
  ...norm(`${name}.norm`, channels),
  ...linear(`${name}.qkv`, channels, 3 * channels),
  ...linear(`${name}.out`, channels, channels),
]

function levelShapes(name: string, blocks: number, inputs: number, outputs: number, attends: boolean): Shapes {
  const indices = Array.from({ length: blocks }, (_, index) => index)
  return [
    ...indices.flatMap((index) => residualBlock(`${name}.block.${index}`, index === 0 ? inputs : outputs, outputs)),
    ...(attends ? indices.flatMap((index) => attentionBlock(`${name}.attention.${index}`, outputs)) : []),
  ]
}

function middleShapes(channels: number, { middle }: AutoencoderConfig): Shapes {
  if (middle === "none") return []
  const block = (index: number): Shapes => residualBlock(`middle.block${index}`, channels, channels)
  return middle === "block" ? block(1) : [...block(1), ...attentionBlock("middle.attention1", channels), ...block(2)]
}

function encoderShapes(config: AutoencoderConfig): Shapes {
  const { imageChannels, latentChannels, patch, encoderBlocks, coarseAttention } = config
  const widths = levelWidths(config)
  const last = widths.length - 1
  return [
    ...convolution("convIn", imageChannels * patch ** 2, widths[0]!),
    ...widths.flatMap((own, index) => [
      ...levelShapes(`down.${index}`, encoderBlocks, widths[index - 1] ?? widths[0]!, own, index === last && coarseAttention),
      ...(index === last ? [] : convolution(`down.${index}.downsample`, own, own)),
    ]),
    ...middleShapes(widths[last]!, config),
    ...norm("normOut", widths[last]!),
    ...convolution("convOut", widths[last]!, latentChannels),
  ]
}

function decoderShapes(config: AutoencoderConfig): Shapes {
  const { imageChannels, latentChannels, patch, patchWidth, decoderBlocks, coarseAttention } = config
  const widths = levelWidths(config)
  const last = widths.length - 1
  return [
    ...convolution("convIn", latentChannels, widths[last]!),
    ...middleShapes(widths[last]!, config),
    ...widths.flatMap((own, index) => [
      ...levelShapes(`up.${index}`, decoderBlocks, widths[index + 1] ?? widths[last]!, own, index === last && coarseAttention),
      ...(index === 0 ? [] : convolution(`up.${index}.upsample`, own, own)),
    ]),
    ...norm("normOut", widths[0]!),
    ...(patch === 1 ? [] : convolution("convPatch", widths[0]!, patchWidth * patch ** 2)),
    ...convolution("convOut", patch === 1 ? widths[0]! : patchWidth, imageChannels),
  ]
}

function quantiserShapes({ quantiser, phi, autoencoder }: TokenizerConfig, scales: number): Shapes {
  const channels = autoencoder.latentChannels
  const shapes: Shapes = []
  if (quantiser.kind === "vector")
    for (let index = 0; index < (quantiser.codebooks === "shared" ? 1 : scales); index++)
      shapes.push([`quantiser.codebook.${index}`, [quantiser.codes, channels]])
  else shapes.push(["quantiser.gain", [scales]])
  for (let index = 0; index < phi.count; index++)
    shapes.push([`phi.${index}.filter`, [3, 3, channels, channels]], [`phi.${index}.bias`, [channels]])
  return shapes
}

function generatorShapes(
  { width, depth, heads, feedForward, classes, modulation, attentionNorm }: GeneratorConfig,
  { channels, outputs, scales, sites }: { channels: number; outputs: number; scales: number; sites: readonly number[] },
): Shapes {
  const isShared = modulation === "shared"
  const block = (name: string): Shapes => [
    ...linear(`${name}.qkv`, width, 3 * width),
    ...linear(`${name}.out`, width, width),
    ...(attentionNorm ? ([[`${name}.logFactor`, [heads]]] as Shapes) : []),
    ...linear(`${name}.feedIn`, width, feedForward * width),
    ...linear(`${name}.feedOut`, feedForward * width, width),
    ...(isShared ? ([[`${name}.offset`, [6 * width]]] as Shapes) : linear(`${name}.modulation`, width, 6 * width)),
  ]
  return [
    ["classes", [classes + 1, width]],
    ["start", [sites[0]!, width]],
    ...linear("embed", channels, width),
    ["level", [scales, width]],
    ["position", [sites.reduce((sum, count) => sum + count, 0), width]],
    ...(isShared ? linear("modulation", width, 6 * width) : []),
    ...Array.from({ length: depth }, (_, index) => block(`blocks.${index}`)).flat(),
    ...linear("headModulation", width, 2 * width),
    ...linear("head", width, outputs),
  ]
}
