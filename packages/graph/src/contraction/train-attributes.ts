import {
  type Loss,
  ops,
  type Parameters,
  type PreparedBatch,
  type RandomStream,
  type StepInputs,
  tf,
  type TrainEvent,
  type TrainingRun,
} from "@scalewise/nn"
import type { PackedGraph } from "../graph/packed-graph.ts"
import { pairBatch, pairTensors, type PairTensors } from "../refiner/pair-batch.ts"
import type { PairGraph } from "../refiner/pair-graph.ts"
import { averageSizes, sizeLadder, type Sizes } from "../refiner/size-ladder.ts"
import { structuralFeatures } from "../refiner/structural-features.ts"
import type { GraphTraining } from "../training/graph-training.ts"
import { partOf, prefixed, weightedMean } from "../training/step-parts.ts"
import { trainNetwork, type TrainedNetwork } from "../training/train-network.ts"
import { attributeInput } from "./attribute-input.ts"
import type { ContractionConfig } from "./contraction-config.ts"
import { contractionNetworks, type ContractionNetworks } from "./contraction-networks.ts"
import { hiddenMask, type RevealTraining } from "../training/hidden-mask.ts"

/** A graph with some of its labels hidden. */
export interface AttributeExample {
  readonly input: PairGraph
  readonly labels: { readonly nodes: Uint8Array; readonly edges: Uint8Array }
  readonly hidden: { readonly nodes: Uint8Array; readonly edges: Uint8Array }
}

/** Share of the examples whose nodes and edges are revealed at different rates. */
const separateRates = 0.3

/** Hides labels of a graph, and draws noise for its nodes. */
export function attributeExample(
  graph: PackedGraph,
  config: ContractionConfig,
  reveal: RevealTraining,
  random: RandomStream,
): AttributeExample {
  const { nodes: kinds, edges: edgeKinds } = config.vocabulary
  const count = graph.edges.length / 2
  const labels = { nodes: graph.nodeLabels ?? new Uint8Array(graph.nodes), edges: graph.edgeLabels ?? new Uint8Array(count) }
  const together = hiddenMask(graph.nodes + count, reveal, random.fold("labels"))
  const isApart = random.fold("apart").uniformValues([1])[0]! < separateRates
  const hidden = {
    nodes: isApart ? hiddenMask(graph.nodes, reveal, random.fold("node labels")) : together.subarray(0, graph.nodes),
    edges: isApart ? hiddenMask(count, reveal, random.fold("edge labels")) : together.subarray(graph.nodes),
  }
  const input = attributeInput(
    {
      graph,
      structure: structuralFeatures(graph, config.walks),
      nodeLabels: labels.nodes.map((label, v) => (hidden.nodes[v] ? kinds.length : label)),
      edgeLabels: labels.edges.map((label, e) => (hidden.edges[e] ? edgeKinds.length : label)),
      noise: random.fold("noise").normalValues([graph.nodes * config.noise]),
    },
    config,
  )
  return { input, labels, hidden }
}

/** Sizes that the examples of a batch need, without padding. */
export const attributeSizes = (examples: readonly AttributeExample[]): Sizes => ({
  nodes: examples.reduce((sum, { input }) => sum + input.nodes, 0) + 1,
  pairs: examples.reduce((sum, { input }) => sum + input.pairs.length / 2, 0) + 1,
  triangles: examples.reduce((sum, { input }) => sum + input.triangles.length / 3, 0),
})

/** The inputs of `attributeLoss`, padded to `sizes`. */
export function attributeInputs(examples: readonly AttributeExample[], sizes: Sizes): StepInputs {
  const batch = pairBatch(
    examples.map(({ input }) => input),
    { graphs: examples.length + 1, nodes: sizes["nodes"]!, pairs: sizes["pairs"]!, triangles: sizes["triangles"]! },
  )
  const columns = (of: "nodes" | "edges"): Record<string, tf.Tensor> => {
    const count = of === "nodes" ? batch.size.nodes : batch.size.pairs
    const offsets = of === "nodes" ? batch.offsets.nodes : batch.offsets.pairs
    const [targets, weights] = [new Int32Array(count), new Float32Array(count)]
    for (const [b, { labels, hidden }] of examples.entries()) {
      targets.set(labels[of], offsets[b])
      weights.set(hidden[of], offsets[b])
    }
    return { [`${of}Targets`]: tf.tensor1d(targets, "int32"), [`${of}Weights`]: tf.tensor1d(weights) }
  }
  return { ...prefixed("graph", pairTensors(batch)), ...columns("nodes"), ...columns("edges") }
}

/** Mean cross-entropy of hidden node labels plus that of hidden edge labels, in nats. */
export function attributeLoss({ attributes }: ContractionNetworks, { vocabulary }: ContractionConfig): Loss<Parameters> {
  return (parameters, inputs) => {
    const { nodes, edges } = attributes!.apply(parameters["attributes"] as Parameters, partOf(inputs, "graph") as PairTensors)
    const lossOf = (logits: tf.Tensor, name: "nodes" | "edges"): tf.Tensor =>
      weightedMean(ops.crossEntropy(logits, inputs[`${name}Targets`]!), inputs[`${name}Weights`]!)
    const parts = {
      ...(vocabulary.nodes.length > 0 && { nodeLoss: lossOf(nodes, "nodes") }),
      ...(vocabulary.edges.length > 0 && { edgeLoss: lossOf(edges, "edges") }),
    }
    return { loss: tf.addN(Object.values(parts)), ...parts }
  }
}

/** Options of `trainAttributes`. */
export interface TrainAttributesOptions extends TrainingRun {
  readonly config: ContractionConfig
  readonly training: GraphTraining
  readonly graphs: readonly PackedGraph[]
}

/** Trains the attribute network on partly revealed graphs. */
export function trainAttributes({
  config,
  training,
  graphs,
  random,
  ...run
}: TrainAttributesOptions): AsyncGenerator<TrainEvent, TrainedNetwork, undefined> {
  const networks = contractionNetworks(config)
  const examplesOf = ({ indices, stepRandom }: Pick<PreparedBatch, "indices" | "stepRandom">): AttributeExample[] =>
    Array.from(indices, (graph, i) => attributeExample(graphs[graph]!, config, training, stepRandom.fold(i)))
  const batch = Math.min(training.batch, graphs.length)
  const fit = sizeLadder(
    averageSizes(20, (i) => {
      const trial = random.fold("sizes").fold(i)
      return attributeSizes(examplesOf({ indices: trial.fold("graphs").integers(batch, graphs.length), stepRandom: trial }))
    }),
  )
  return trainNetwork({
    ...run,
    random: random.fold("training"),
    training,
    examples: graphs.length,
    initial: { attributes: networks.attributes!.init(random.fold("attributes")) },
    loss: attributeLoss(networks, config),
    inputs(prepared) {
      const examples = examplesOf(prepared)
      return attributeInputs(examples, fit(attributeSizes(examples)))
    },
  })
}
