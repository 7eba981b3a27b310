import { countModelParameters, loadImageDiffusion, loadImageModel, classifierHash as tensorsHash } from "@scalewise/image"
import { CheckpointError, ConfigError, countParameters, readCheckpointConfig } from "@scalewise/nn"
import type { EvaluatedCheckpoint } from "./evaluation.ts"
import type { PictureModel } from "./picture-source.ts"

/** A model to judge, with what its checkpoint says. */
export interface OpenedModel {
  readonly pictures: PictureModel
  readonly checkpoint: EvaluatedCheckpoint
  /** The config of the training, where the checkpoint keeps it. */
  readonly training: { readonly seed: number; readonly validationImages: number } | undefined
  /** [H, W, C]. */
  readonly size: readonly [number, number, number]
  dispose(): void
}

/**
 * Loads a next-scale model, a tokenizer alone, or a diffusion model.
 *
 * @param tokenizer - folder of the model in whose latents a diffusion model lives
 * @throws CheckpointError for another kind of checkpoint, ConfigError for a tokenizer that is missing, of no use, or of other latents
 */
export async function openModel(folder: string, tokenizer?: string): Promise<OpenedModel> {
  const { kind, metadata } = await readCheckpointConfig(folder)
  const hash = await tensorsHash(folder)
  const shared = { folder, kind, hash, trainingSeconds: metadata["seconds"] ?? null }
  const training = splitOf(metadata["training"] ?? metadata["config"])
  if (kind === "image-model") {
    if (tokenizer !== undefined)
      throw new ConfigError("evaluate: expected no --tokenizer, since the model has its own, got one; leave it out")
    const model = await loadImageModel(folder)
    const { height, width, autoencoder } = model.tokenizer.config
    return {
      pictures: { kind, model },
      checkpoint: { ...shared, parameters: countModelParameters(model.config) },
      training,
      size: [height, width, autoencoder.imageChannels],
      dispose: () => model.dispose(),
    }
  }
  if (kind !== "image-diffusion")
    throw new CheckpointError(`${folder}: expected a checkpoint of kind image-model or image-diffusion, got ${kind}; choose another folder`)
  const model = await loadImageDiffusion(folder)
  const { network, space } = model.config
  if (space === "latents" && tokenizer === undefined)
    throw new ConfigError("evaluate: expected --tokenizer, the model in whose latents this diffusion model lives, got none")
  if (space === "pixels" && tokenizer !== undefined)
    throw new ConfigError("evaluate: expected no --tokenizer, since this diffusion model lives in pixels, got one; leave it out")
  const coder = tokenizer === undefined ? undefined : await loadImageModel(tokenizer)
  const own = [network.height, network.width, network.channels]
  if (coder) {
    const wanted = [...coder.tokenizer.schedule.finest, coder.tokenizer.config.autoencoder.latentChannels]
    if (wanted.join() !== own.join())
      throw new ConfigError(
        `evaluate: expected a tokenizer of latents ${own.join(" x ")}, got one of ${wanted.join(" x ")}; give the one the model was trained with`,
      )
  }
  const config = coder?.tokenizer.config
  return {
    pictures: { kind, model, tokenizer: coder },
    checkpoint: { ...shared, parameters: { network: countParameters(model.parameters) } },
    training,
    size: config ? [config.height, config.width, config.autoencoder.imageChannels] : (own as [number, number, number]),
    dispose() {
      model.dispose()
      coder?.dispose()
    },
  }
}

function splitOf(config: unknown): OpenedModel["training"] {
  if (typeof config !== "object" || config === null) return undefined
  const { seed, validationImages } = config as { seed?: unknown; validationImages?: unknown }
  return typeof seed === "number" && typeof validationImages === "number" ? { seed, validationImages } : undefined
}
