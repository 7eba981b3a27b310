import { ConfigError, randomStream, type Parameters, type TrainEvent } from "@scalewise/nn"
import type { ContractionConfig } from "../contraction/contraction-config.ts"
import type { LevelSizes } from "../contraction/level-sizes.ts"
import type { ContractionSampling } from "../contraction/sampling-settings.ts"
import { trainAttributes } from "../contraction/train-attributes.ts"
import { trainSkeleton } from "../contraction/train-skeleton.ts"
import { trainingPyramids } from "../contraction/training-pyramids.ts"
import type { GraphVocabulary, PackedGraph } from "../graph/packed-graph.ts"
import type { LatentStage } from "../latent/train-latent.ts"
import type { GraphTraining } from "../training/graph-training.ts"
import type { TrainedNetwork } from "../training/train-network.ts"
import { graphModel, type GraphModel } from "./graph-model.ts"
import { trainLatentModel, type LatentTrainingConfig } from "./train-latent-model.ts"
import { trainMaskedModel, type MaskedTrainingConfig } from "./train-masked-model.ts"

/** Everything about a training of a contraction model, as plain JSON. */
export interface ContractionTrainingConfig {
  readonly process: "contraction"
  readonly seed: number
  /** The model; vocabulary and single pairs come from the data. */
  readonly contraction: Omit<ContractionConfig, "vocabulary" | "singlePairs">
  readonly skeletonTraining: GraphTraining
  /** Used where the data have attributes. */
  readonly attributeTraining: GraphTraining
  /** Random pyramids kept of each graph. */
  readonly pyramids: number
  /** How the model is sampled. */
  readonly sampling: ContractionSampling
}

/** Everything about a training of a graph model, as plain JSON. */
export type GraphTrainingConfig = ContractionTrainingConfig | MaskedTrainingConfig | LatentTrainingConfig

/** Options of `trainGraphModel`. */
export interface TrainGraphModelOptions<Config extends GraphTrainingConfig = GraphTrainingConfig> {
  readonly config: Config
  readonly vocabulary: GraphVocabulary
  /** Graphs of one node are left out; for contraction they must be connected. */
  readonly graphs: readonly PackedGraph[]
  /** Where an interrupted training is kept and taken up again, bit for bit. @defaultValue nowhere */
  readonly folder?: string | undefined
  /** How steps run. @defaultValue "auto" */
  readonly mode?: "auto" | "eager"
  /** Finishes the step, saves, and stops with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds. */
  readonly clock: () => number
}

/** What a training tells. */
export interface GraphTrainingEvent {
  readonly event: TrainEvent
  /** Of contraction models the first two, of latent ones the last three. */
  readonly stage: "skeleton" | "attributes" | "masked" | LatentStage
  readonly steps: number
}

/** What a training leaves; the model is the caller's. */
export interface TrainedGraphModel {
  readonly model: GraphModel
  readonly mode: "captured" | "eager"
  readonly fallbackReason: string | undefined
  /** Of each stage. */
  readonly seconds: Readonly<Record<string, number>>
}

/** Pyramids whose sizes go with the model. */
const storedSizes = 1000

/**
 * Trains a graph model of the config's process. Contraction: the skeleton's networks, then, where the data have attributes, the network that
 * names nodes and edges. Masked: one network. Latent: encoder and decoder, then with codes, then the prior.
 *
 * @throws ConfigError without graphs of two nodes, DataError for a contraction of a graph that is not connected
 */
export async function* trainGraphModel(options: TrainGraphModelOptions): AsyncGenerator<GraphTrainingEvent, TrainedGraphModel, undefined> {
  const { config } = options
  const graphs = options.graphs.filter(({ nodes }) => nodes > 1)
  if (graphs.length === 0) throw new ConfigError("train: expected graphs of at least two nodes, got none")
  if (config.process === "masked") return yield* trainMaskedModel({ ...options, config, graphs })
  if (config.process === "latent") return yield* trainLatentModel({ ...options, config, graphs })
  return yield* trainContractionModel({ ...options, config, graphs })
}

async function* trainContractionModel(
  options: TrainGraphModelOptions<ContractionTrainingConfig>,
): AsyncGenerator<GraphTrainingEvent, TrainedGraphModel, undefined> {
  const { config, vocabulary, graphs, folder, signal, clock, mode = "auto" } = options
  const random = randomStream(config.seed)
  const pyramids = trainingPyramids(graphs, config.contraction, { perGraph: config.pyramids, random: random.fold("pyramids") })
  const contraction: ContractionConfig = {
    ...config.contraction,
    vocabulary: { nodes: vocabulary.nodes, edges: vocabulary.edges },
    singlePairs: graphs.every(({ nodes, edges }) => edges.length / 2 === nodes - 1),
  }
  const shared = { config: contraction, clock, mode, signal }

  async function* staged(
    stage: GraphTrainingEvent["stage"],
    steps: number,
    events: AsyncGenerator<TrainEvent, TrainedNetwork, undefined>,
  ): AsyncGenerator<GraphTrainingEvent, TrainedNetwork, undefined> {
    let next = await events.next()
    for (; !next.done; next = await events.next()) yield { stage, event: next.value, steps }
    return next.value
  }
  const skeleton = yield* staged(
    "skeleton",
    config.skeletonTraining.steps,
    trainSkeleton({
      ...shared,
      training: config.skeletonTraining,
      pyramids,
      random: random.fold("skeleton"),
      folder: folder && `${folder}/skeleton`,
    }),
  )
  const named =
    vocabulary.nodes.length + vocabulary.edges.length > 0
      ? yield* staged(
          "attributes",
          config.attributeTraining.steps,
          trainAttributes({
            ...shared,
            training: config.attributeTraining,
            graphs,
            random: random.fold("attributes"),
            folder: folder && `${folder}/attributes`,
          }),
        )
      : undefined
  const parameters: Parameters = { ...skeleton.parameters, ...named?.parameters }
  return {
    model: graphModel({
      config: { process: "contraction", contraction, sizes: sizesToKeep(pyramids, random.fold("sizes")), sampling: config.sampling },
      parameters,
    }),
    mode: skeleton.mode === "eager" || named?.mode === "eager" ? "eager" : "captured",
    fallbackReason: skeleton.fallbackReason ?? named?.fallbackReason,
    seconds: { skeleton: skeleton.seconds, attributes: named?.seconds ?? 0 },
  }
}

/** Sizes of random pyramids, of as many graphs as possible. */
function sizesToKeep(pyramids: ReturnType<typeof trainingPyramids>, random: ReturnType<typeof randomStream>): LevelSizes[] {
  const order = random.permutation(pyramids.graphs)
  const count = Math.min(storedSizes, pyramids.graphs * pyramids.perGraph)
  return Array.from({ length: count }, (_, i) => pyramids.sizes(order[i % order.length]!, Math.floor(i / order.length)))
}
