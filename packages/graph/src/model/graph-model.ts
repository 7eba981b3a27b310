import {
  flattenParameters,
  loadCheckpoint,
  randomStream,
  saveCheckpoint,
  tf,
  unflattenParameters,
  type Parameters,
  type RandomStream,
} from "@scalewise/nn"
import type { ContractionConfig } from "../contraction/contraction-config.ts"
import { freshParameters } from "../contraction/contraction-networks.ts"
import { contractionProcess } from "../contraction/contraction-process.ts"
import type { LevelSizes } from "../contraction/level-sizes.ts"
import type { ContractionSampling } from "../contraction/sampling-settings.ts"
import type { GraphVocabulary } from "../graph/packed-graph.ts"
import type { LatentConfig, LatentSampling } from "../latent/latent-config.ts"
import { freshLatent } from "../latent/latent-network.ts"
import { latentProcess } from "../latent/latent-process.ts"
import type { MaskedConfig, MaskedSampling } from "../masked/masked-config.ts"
import { maskedNetwork } from "../masked/masked-network.ts"
import { maskedProcess } from "../masked/masked-process.ts"
import type { GraphProcess } from "../process/graph-process.ts"
import type { SizeLaw } from "../process/size-law.ts"

/** What a contraction model is made with, as plain JSON. */
export interface ContractionModelConfig {
  readonly process: "contraction"
  readonly contraction: ContractionConfig
  /** Sizes of training pyramids. */
  readonly sizes: readonly LevelSizes[]
  /** How it is sampled unless something else is asked for; chosen on validation data. */
  readonly sampling: ContractionSampling
}

/** What a model of hidden or noised graphs is made with, as plain JSON. */
export interface MaskedModelConfig {
  readonly process: "masked"
  readonly masked: MaskedConfig
  readonly sizes: SizeLaw
  readonly sampling: MaskedSampling
}

/** What a latent model is made with, as plain JSON. */
export interface LatentModelConfig {
  readonly process: "latent"
  readonly latent: LatentConfig
  readonly sizes: SizeLaw
  readonly sampling: LatentSampling
}

/** What a graph model is made with, as plain JSON. */
export type GraphModelConfig = ContractionModelConfig | MaskedModelConfig | LatentModelConfig

/** How a graph model is sampled; which settings there are depends on its process. */
export type GraphSampling = ContractionSampling | MaskedSampling | LatentSampling

/** A trained graph model. */
export interface GraphModel {
  readonly config: GraphModelConfig
  readonly vocabulary: GraphVocabulary
  readonly parameters: Parameters
  /** What the checkpoint says of its training and scores. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** p_theta, sampled as the config says where nothing else is asked for. */
  process(sampling?: GraphSampling): GraphProcess
  /** Releases the parameters. */
  dispose(): void
}

/** Options of `graphModel`. */
export interface GraphModelOptions {
  readonly config: GraphModelConfig
  /** Handed over: the model disposes them. */
  readonly parameters: Parameters
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** A model from its parts. */
export function graphModel({ config, parameters, metadata = {} }: GraphModelOptions): GraphModel {
  return {
    config,
    vocabulary: vocabularyOf(config),
    parameters,
    metadata,
    process: (sampling) => processOf(config, parameters, sampling),
    dispose: () => tf.dispose(Object.values(flattenParameters(parameters))),
  }
}

function vocabularyOf(config: GraphModelConfig): GraphVocabulary {
  if (config.process === "masked") return config.masked.vocabulary
  return config.process === "latent" ? config.latent.vocabulary : config.contraction.vocabulary
}

function processOf(config: GraphModelConfig, parameters: Parameters, changes: GraphSampling = {}): GraphProcess {
  if (config.process === "masked")
    return maskedProcess({ config: config.masked, parameters, sizes: config.sizes, sampling: { ...config.sampling, ...changes } })
  if (config.process === "latent")
    return latentProcess({ config: config.latent, parameters, sizes: config.sizes, sampling: { ...config.sampling, ...changes } })
  return contractionProcess({
    config: config.contraction,
    parameters,
    sizes: config.sizes,
    sampling: { ...config.sampling, ...changes },
  })
}

/** What of a config decides which parameters there are. */
export type GraphArchitecture =
  | Pick<ContractionModelConfig, "process" | "contraction">
  | Pick<MaskedModelConfig, "process" | "masked">
  | Pick<LatentModelConfig, "process" | "latent">

/** The parameters that a model of this config has, as they are before training. */
export function freshGraphParameters(config: GraphArchitecture, random: RandomStream): Parameters {
  if (config.process === "masked") return { masked: maskedNetwork(config.masked).init(random) }
  return config.process === "latent" ? freshLatent(config.latent, random) : freshParameters(config.contraction, random)
}

const graphModelKind = "graph-model"

/** Options of `saveGraphModel`. */
export interface SaveGraphModelOptions {
  /** What the checkpoint says of its training and scores. @defaultValue the model's own */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Format of the numbers in the file. @defaultValue "F32" */
  readonly floats?: "F32" | "F16"
}

/** Saves a model as a checkpoint folder: a JSON config and one safetensors file. */
export async function saveGraphModel(
  folder: string,
  model: GraphModel,
  { metadata = model.metadata, floats = "F32" }: SaveGraphModelOptions = {},
): Promise<void> {
  await saveCheckpoint(folder, {
    kind: graphModelKind,
    config: model.config,
    tensors: flattenParameters(model.parameters),
    metadata,
    floats,
  })
}

/**
 * Loads a model; the caller disposes it.
 *
 * @throws CheckpointError for another kind of checkpoint, and for missing, unknown, misshapen or NaN tensors, by name
 */
export async function loadGraphModel(folder: string): Promise<GraphModel> {
  const expected = (config: GraphModelConfig): Record<string, { shape: number[] }> => {
    const fresh = flattenParameters(freshGraphParameters(config, randomStream(0)))
    const shapes = Object.fromEntries(Object.entries(fresh).map(([name, { shape }]) => [name, { shape }]))
    tf.dispose(Object.values(fresh))
    return shapes
  }
  const { config, metadata, tensors } = await loadCheckpoint<GraphModelConfig>(folder, { kind: graphModelKind, expected })
  return graphModel({ config, metadata, parameters: unflattenParameters(tensors) })
}
