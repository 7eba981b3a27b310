import {
  compileFunction,
  disposeParameters,
  flattenParameters,
  loadCheckpoint,
  randomStream,
  saveCheckpoint,
  unflattenParameters,
  type CompiledFunction,
  type Parameters,
  type tf,
} from "@scalewise/nn"
import type { ImageDiffusionConfig } from "./diffusion-config.ts"
import { unet, type Unet, type UnetParameters } from "./unet.ts"

/** A trained denoiser of images or latents. */
export interface ImageDiffusion {
  readonly config: ImageDiffusionConfig
  readonly network: Unet
  /** The averaged parameters of a training. */
  readonly parameters: UnetParameters
  /** Standard deviation of the latents, by which they are divided; 1 for pixels. */
  readonly deviation: number
  /** What the checkpoint says of its training and scores. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** The network, compiled: inputs `x` [B, H, W, C], `times` [B] and `labels` int32 [B]. */
  readonly predict: CompiledFunction<tf.Tensor>
  /** Releases parameters and compiled passes. */
  dispose(): void
}

/** Options of `imageDiffusion`. */
export interface ImageDiffusionOptions {
  readonly config: ImageDiffusionConfig
  /** Handed over: the model disposes them. */
  readonly parameters: UnetParameters
  /** @defaultValue 1 */
  readonly deviation?: number
  /** @defaultValue {} */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** How network passes run. @defaultValue "auto" */
  readonly mode?: "auto" | "eager"
}

/** A model from its parts. */
export function imageDiffusion(options: ImageDiffusionOptions): ImageDiffusion {
  const { config, parameters, deviation = 1, metadata = {}, mode = "auto" } = options
  const network = unet(config.network)
  const predict = compileFunction((own: UnetParameters, { x, times, labels }) => network.apply(own, x!, times!, labels!), {
    parameters,
    mode,
  })
  return {
    config,
    network,
    parameters,
    deviation,
    metadata,
    predict,
    dispose() {
      predict.dispose()
      disposeParameters(parameters)
    },
  }
}

const kind = "image-diffusion"

type StoredConfig = ImageDiffusionConfig & { readonly deviation: number }

/** Saves a model as a checkpoint folder: a JSON config and one safetensors file. `metadata` replaces the model's own. */
export async function saveImageDiffusion(folder: string, model: ImageDiffusion, metadata = model.metadata): Promise<void> {
  const config: StoredConfig = { ...model.config, deviation: model.deviation }
  await saveCheckpoint(folder, { kind, config, tensors: flattenParameters(model.parameters), metadata })
}

/**
 * Loads a model. Its parameters go with it (`dispose`).
 *
 * @throws CheckpointError for another kind of checkpoint, and for missing, unknown, misshapen or NaN tensors, by name
 */
export async function loadImageDiffusion(folder: string, { mode }: Pick<ImageDiffusionOptions, "mode"> = {}): Promise<ImageDiffusion> {
  const loaded = await loadCheckpoint<StoredConfig>(folder, { kind, expected: ({ network }) => shapesOf(unet(network)) })
  const { deviation, ...config } = loaded.config
  const parameters = unflattenParameters(loaded.tensors) as UnetParameters
  return imageDiffusion({ config, parameters, deviation, metadata: loaded.metadata, ...(mode && { mode }) })
}

function shapesOf(network: Unet): Record<string, { shape: number[] }> {
  const fresh: Parameters = network.init(randomStream(0))
  const shapes = Object.entries(flattenParameters(fresh)).map(([name, { shape }]) => [name, { shape: [...shape] }])
  disposeParameters(fresh)
  return Object.fromEntries(shapes) as Record<string, { shape: number[] }>
}
