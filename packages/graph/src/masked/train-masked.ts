import { type Loss, ops, type Parameters, type PreparedBatch, type StepInputs, tf, type TrainEvent, type TrainingRun } from "@scalewise/nn"
import type { PackedGraph } from "../graph/packed-graph.ts"
import { categoriesOf } from "../process/graph-categories.ts"
import { pairBatch, pairTensors, type PairTensors } from "../refiner/pair-batch.ts"
import { averageSizes, pairSizes, sizeLadder, type Sizes } from "../refiner/size-ladder.ts"
import { partOf, prefixed } from "../training/step-parts.ts"
import { trainNetwork, type TrainedNetwork } from "../training/train-network.ts"
import { graphChains } from "./graph-chains.ts"
import type { MaskedConfig } from "./masked-config.ts"
import { maskedExample, type MaskedExample, type MaskedTraining } from "./masked-example.ts"
import { maskedNetwork } from "./masked-network.ts"

/** The inputs of `maskedLoss`, padded to `sizes`. */
export function maskedInputs(examples: readonly MaskedExample[], sizes: Sizes, { weighting, pairWeight }: MaskedTraining): StepInputs {
  const batch = pairBatch(
    examples.map(({ input }) => input),
    { graphs: examples.length + 1, nodes: sizes["nodes"]!, pairs: sizes["pairs"]!, triangles: sizes["triangles"]! },
  )
  const columns = (of: "nodes" | "pairs"): Record<string, tf.Tensor> => {
    const [targets, weights] = [new Int32Array(batch.size[of]), new Float32Array(batch.size[of])]
    const asked = examples.reduce((sum, example) => sum + example.asked[of].reduce((count, one) => count + one, 0), 0)
    for (const [b, example] of examples.entries()) {
      const from = batch.offsets[of][b]!
      const each = weighting === "elbo" ? example.weight / examples.length : (of === "pairs" ? pairWeight : 1) / Math.max(1, asked)
      targets.set(of === "nodes" ? example.truth.nodeKinds : example.truth.pairKinds, from)
      for (const [site, one] of example.asked[of].entries()) weights[from + site] = one * each
    }
    return { [`${of}Targets`]: tf.tensor1d(targets, "int32"), [`${of}Weights`]: tf.tensor1d(weights) }
  }
  return { ...prefixed("graph", pairTensors(batch)), ...columns("nodes"), ...columns("pairs") }
}

/** Weighted cross-entropy of the nodes and pairs that are asked for, in nats; see `MaskedTraining.weighting`. */
export function maskedLoss(config: MaskedConfig): Loss<Parameters> {
  const network = maskedNetwork(config)
  return (parameters, inputs) => {
    const { nodes, pairs } = network.apply(parameters["masked"] as Parameters, partOf(inputs, "graph") as PairTensors)
    const lossOf = (logits: tf.Tensor, name: "nodes" | "pairs"): tf.Tensor =>
      ops.crossEntropy(logits, inputs[`${name}Targets`]!).mul(inputs[`${name}Weights`]!).sum()
    const pairLoss = lossOf(pairs!, "pairs")
    if (!nodes) return { loss: pairLoss }
    const nodeLoss = lossOf(nodes, "nodes")
    return { loss: nodeLoss.add(pairLoss), nodeLoss, pairLoss }
  }
}

/** Options of `trainMasked`. */
export interface TrainMaskedOptions extends TrainingRun {
  readonly config: MaskedConfig
  readonly training: MaskedTraining
  readonly graphs: readonly PackedGraph[]
}

/** Trains the network on graphs that are hidden or noised by random amounts. */
export function trainMasked({
  config,
  training,
  graphs,
  random,
  ...run
}: TrainMaskedOptions): AsyncGenerator<TrainEvent, TrainedNetwork, undefined> {
  const chains = graphChains(config, training.levels)
  const truths = graphs.map((graph) => categoriesOf(graph, config.vocabulary))
  const examplesOf = ({ indices, stepRandom }: Pick<PreparedBatch, "indices" | "stepRandom">): MaskedExample[] =>
    Array.from(indices, (graph, i) => maskedExample(truths[graph]!, { config, chains, training }, stepRandom.fold(i)))
  const batch = Math.min(training.batch, graphs.length)
  const fit = sizeLadder(
    averageSizes(20, (i) =>
      pairSizes(
        Array.from(random.fold("sizes").fold(i).integers(batch, graphs.length), (graph) => graphs[graph]!.nodes),
        config,
      ),
    ),
  )
  return trainNetwork({
    ...run,
    random: random.fold("training"),
    training,
    examples: graphs.length,
    initial: { masked: maskedNetwork(config).init(random.fold("masked")) },
    loss: maskedLoss(config),
    inputs(prepared) {
      const examples = examplesOf(prepared)
      const sizes = pairSizes(
        examples.map(({ truth }) => truth.nodes),
        config,
      )
      return maskedInputs(examples, fit(sizes), training)
    },
  })
}
