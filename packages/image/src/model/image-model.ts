import type { ForwardProcess } from "@scalewise/core"
import {
  CheckpointError,
  compileFunction,
  flattenParameters,
  loadCheckpoint,
  saveCheckpoint,
  tf,
  unflattenParameters,
  type Parameters,
} from "@scalewise/nn"
import type { GeneratorConfig } from "../generator/generator-config.ts"
import { nextScaleProcess, type NextScaleProcess, type NextScaleProcessOptions } from "../generator/next-scale-process.ts"
import { nextScaleTransformer, type GeneratorParameters, type NextScaleTransformer } from "../generator/next-scale-transformer.ts"
import { tokenizer, type Tokenizer, type TokenizerParameters } from "../tokenizer/tokenizer.ts"
import type { TokenizerConfig } from "../tokenizer/tokenizer-config.ts"
import { expectedTensors } from "./expected-tensors.ts"

/** What an image model is made with, as plain JSON. */
export interface ImageModelConfig {
  readonly tokenizer: TokenizerConfig
  /** Absent where only a tokenizer was trained. */
  readonly generator?: GeneratorConfig | undefined
  /** Names of the classes, in the order of their numbers. */
  readonly classes?: readonly string[] | undefined
}

/** A tokenizer with its parameters and, where it has one, the generator over its tokens. */
export interface ImageModel {
  readonly config: ImageModelConfig
  readonly tokenizer: Tokenizer
  readonly tokenizerParameters: TokenizerParameters
  readonly transformer: NextScaleTransformer | undefined
  readonly generatorParameters: GeneratorParameters | undefined
  /** What the checkpoint says of its training and scores. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** q: images [B, H, W, C] in [0, 1] to the tokens of each scale (Eqs. 12-16). */
  readonly forward: ForwardProcess<tf.Tensor, tf.Tensor>
  /**
   * p_theta: labels to pictures [B, H, W, C] in [0, 1] (Eqs. 17-20).
   *
   * @throws CheckpointError where the model has no generator
   */
  readonly process: NextScaleProcess
  /** The same process with other settings, e.g. without a cache; the caller disposes it. */
  processWith(options: Pick<NextScaleProcessOptions, "cached" | "mode">): NextScaleProcess
  /** Releases parameters and compiled passes. */
  dispose(): void
}

/** Options of `imageModel`. */
export interface ImageModelOptions {
  readonly config: ImageModelConfig
  /** Handed over: the model disposes them. */
  readonly tokenizerParameters: TokenizerParameters
  /** Handed over. */
  readonly generatorParameters?: GeneratorParameters | undefined
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** The Transformer of a config; what it reads and predicts is what the tokenizer has. */
export function generatorOf({ config, schedule, multiScale }: Tokenizer, generator: GeneratorConfig): NextScaleTransformer {
  const channels = config.autoencoder.latentChannels
  const outputs = multiScale.quantiser.tokens === "bits" ? channels : multiScale.quantiser.vocabulary
  return nextScaleTransformer({ config: generator, schedule, channels, outputs })
}

/** A model from its parts. */
export function imageModel({ config, tokenizerParameters, generatorParameters, metadata = {} }: ImageModelOptions): ImageModel {
  const made = tokenizer(config.tokenizer)
  const transformer = config.generator && generatorOf(made, config.generator)
  let process: NextScaleProcess | undefined
  const processWith: ImageModel["processWith"] = (options) => {
    if (!transformer || !generatorParameters)
      throw new CheckpointError("image model: expected a generator, found a tokenizer alone; train a generator over it first")
    // One graph for the decoder: operation by operation all its activations would be in memory together
    const render = compileFunction(
      (parameters: Parameters, { latent }) => made.render(parameters as unknown as TokenizerParameters, latent!),
      { parameters: tokenizerParameters, mode: options.mode ?? "auto" },
    )
    const own = nextScaleProcess({
      transformer,
      generator: generatorParameters,
      multiScale: made.multiScale,
      quantiser: tokenizerParameters.quantiser,
      render: (latent) => render({ latent }),
      ...options,
    })
    return {
      ...own,
      dispose() {
        own.dispose()
        render.dispose()
      },
    }
  }
  return {
    config,
    tokenizer: made,
    tokenizerParameters,
    transformer,
    generatorParameters,
    metadata,
    forward: made.forward(tokenizerParameters),
    get process() {
      process ??= processWith({})
      return process
    },
    processWith,
    dispose() {
      process?.dispose()
      const all = { tokenizer: tokenizerParameters, ...(generatorParameters && { generator: generatorParameters }) }
      tf.dispose(Object.values(flattenParameters(all as unknown as Parameters)))
    },
  }
}

/** What checkpoints of image models say they are. */
export const imageModelKind = "image-model"

/** Saves a model as a checkpoint folder: a JSON config and one safetensors file. `metadata` replaces the model's own. */
export async function saveImageModel(folder: string, model: ImageModel, metadata = model.metadata): Promise<void> {
  const { config, tokenizerParameters, generatorParameters } = model
  const tensors = flattenParameters({
    tokenizer: tokenizerParameters,
    ...(generatorParameters && { generator: generatorParameters }),
  })
  await saveCheckpoint(folder, { kind: imageModelKind, config, tensors, metadata })
}

/**
 * Loads a model. Its parameters go with it (`dispose`).
 *
 * @throws CheckpointError for another kind of checkpoint, and for missing, unknown, misshapen or NaN tensors, by name
 */
export async function loadImageModel(folder: string): Promise<ImageModel> {
  const { config, metadata, tensors } = await loadCheckpoint<ImageModelConfig>(folder, { kind: imageModelKind, expected: expectedTensors })
  const { tokenizer: tokenizerParameters, generator } = unflattenParameters(tensors)
  return imageModel({
    config,
    metadata,
    tokenizerParameters: tokenizerParameters as unknown as TokenizerParameters,
    ...(generator && { generatorParameters: generator as unknown as GeneratorParameters }),
  })
}
