import { flattenParameters, loadCheckpoint, randomStream, saveCheckpoint, tf, unflattenParameters, type Parameters } from "@scalewise/nn"
import type { ContractionConfig } from "../contraction/contraction-config.ts"
import { freshParameters } from "../contraction/contraction-networks.ts"
import { contractionProcess } from "../contraction/contraction-process.ts"
import type { LevelSizes } from "../contraction/level-sizes.ts"
import type { ContractionSampling } from "../contraction/sampling-settings.ts"
import type { GraphVocabulary } from "../graph/packed-graph.ts"
import type { GraphProcess } from "../process/graph-process.ts"

/** What a graph model is made with, as plain JSON. */
export interface GraphModelConfig {
  readonly process: "contraction"
  readonly contraction: ContractionConfig
  /** Sizes of training pyramids. */
  readonly sizes: readonly LevelSizes[]
  /** How it is sampled unless something else is asked for; chosen on validation data. */
  readonly sampling: ContractionSampling
}

/** A trained graph model. */
export interface GraphModel {
  readonly config: GraphModelConfig
  readonly vocabulary: GraphVocabulary
  readonly parameters: Parameters
  /** What the checkpoint says of its training and scores. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** p_theta, sampled as the config says where nothing else is asked for. */
  process(sampling?: ContractionSampling): GraphProcess
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
    vocabulary: config.contraction.vocabulary,
    parameters,
    metadata,
    process: (sampling) =>
      contractionProcess({
        config: config.contraction,
        parameters,
        sizes: config.sizes,
        sampling: { ...config.sampling, ...sampling },
      }) as unknown as GraphProcess,
    dispose: () => tf.dispose(Object.values(flattenParameters(parameters))),
  }
}

const graphModelKind = "graph-model"

/** Saves a model as a checkpoint folder: a JSON config and one safetensors file. `metadata` replaces the model's own. */
export async function saveGraphModel(folder: string, model: GraphModel, metadata = model.metadata): Promise<void> {
  await saveCheckpoint(folder, {
    kind: graphModelKind,
    config: model.config,
    tensors: flattenParameters(model.parameters),
    metadata,
  })
}

/**
 * Loads a model; the caller disposes it.
 *
 * @throws CheckpointError for another kind of checkpoint, and for missing, unknown, misshapen or NaN tensors, by name
 */
export async function loadGraphModel(folder: string): Promise<GraphModel> {
  const expected = ({ contraction }: GraphModelConfig): Record<string, { shape: number[] }> => {
    const fresh = flattenParameters(freshParameters(contraction, randomStream(0)))
    const shapes = Object.fromEntries(Object.entries(fresh).map(([name, { shape }]) => [name, { shape }]))
    tf.dispose(Object.values(fresh))
    return shapes
  }
  const { config, metadata, tensors } = await loadCheckpoint<GraphModelConfig>(folder, { kind: graphModelKind, expected })
  return graphModel({ config, metadata, parameters: unflattenParameters(tensors) })
}
