import { quantisationLoss } from "@scalewise/core"
import { ops, tf, type Loss, type Parameters, type StepInputs } from "@scalewise/nn"
import type { PackedGraph } from "../graph/packed-graph.ts"
import { categoriesOf } from "../process/graph-categories.ts"
import type { CategoryLogits } from "../refiner/category-network.ts"
import { pairBatch, pairTensors, type PairBatch } from "../refiner/pair-batch.ts"
import type { Sizes } from "../refiner/size-ladder.ts"
import { partOf, prefixed } from "../training/step-parts.ts"
import { autoencoder, type AutoencoderTensors } from "./autoencoder.ts"
import { encoderInput } from "./encoder-input.ts"
import type { LatentConfig } from "./latent-config.ts"
import { lowPassWeights } from "./low-pass.ts"

/** Weights of the autoencoder's loss, as plain JSON. */
export interface AutoencoderLossConfig {
  /** Of the pairs against the nodes. */
  readonly pairWeight: number
  /** Of the quantisation terms. */
  readonly quantiser: number
  /** Of the commitment among them. */
  readonly commitment: number
}

/** Graphs, and noise [nodes, noise] of each, as the tensors of an autoencoder, padded to `sizes`; the caller disposes. */
export function autoencoderTensors(
  graphs: readonly PackedGraph[],
  noise: readonly Float32Array[],
  config: LatentConfig,
  sizes?: Sizes,
): { readonly batch: PairBatch; readonly tensors: AutoencoderTensors } {
  const batch = pairBatch(
    graphs.map((graph, b) => encoderInput(graph, noise[b]!, config)),
    sizes && { graphs: graphs.length + 1, nodes: sizes["nodes"]!, pairs: sizes["pairs"]!, triangles: sizes["triangles"]! },
  )
  const [kept, along] = [new Float32Array(batch.size.nodes), new Float32Array(batch.size.pairs)]
  for (const [b, graph] of graphs.entries()) {
    const weights = lowPassWeights(graph)
    kept.set(weights.kept, batch.offsets.nodes[b])
    along.set(weights.along, batch.offsets.pairs[b])
  }
  const tensors = { ...pairTensors(batch), kept: tf.tensor2d(kept, [kept.length, 1]), along: tf.tensor2d(along, [along.length, 1]) }
  return { batch, tensors }
}

/** The inputs of `autoencoderLoss`. */
export function autoencoderInputs(
  graphs: readonly PackedGraph[],
  noise: readonly Float32Array[],
  config: LatentConfig,
  sizes: Sizes,
): StepInputs {
  const { batch, tensors } = autoencoderTensors(graphs, noise, config, sizes)
  const { size, offsets } = batch
  const truths = graphs.map((graph) => categoriesOf(graph, config.vocabulary))
  const targets = (of: "nodes" | "pairs", kinds: "nodeKinds" | "pairKinds"): tf.Tensor => {
    const values = new Int32Array(size[of])
    for (const [b, truth] of truths.entries()) values.set(truth[kinds], offsets[of][b])
    return tf.tensor1d(values, "int32")
  }
  const real = { globals: graphs.length, nodes: offsets.nodes.at(-1)!, pairs: offsets.pairs.at(-1)! }
  const all = { globals: size.graphs, nodes: size.nodes, pairs: size.pairs }
  const parts = ["globals", "nodes", "pairs"] as const
  return {
    ...prefixed("graph", tensors),
    nodesTargets: targets("nodes", "nodeKinds"),
    pairsTargets: targets("pairs", "pairKinds"),
    // Padding is replaced by repeated rows of the batch: what follows knows no padding.
    ...Object.fromEntries(
      parts.map((part) => [
        `rows.${part}`,
        tf.tensor1d(
          Int32Array.from({ length: all[part] }, (_, i) => i % real[part]),
          "int32",
        ),
      ]),
    ),
    ...Object.fromEntries(
      parts.map((part) => [
        `share.${part}`,
        tf.tensor1d(Float32Array.from({ length: all[part] }, (_, i) => (i < real[part] ? 1 / real[part] : 0))),
      ]),
    ),
  }
}

/**
 * Cross-entropy of all nodes and pairs, in nats, decoded from all codes and, where pairs have codes, from those of the nodes alone, since pair
 * codes that carry everything would leave nothing for the nodes to say; and with `quantised` the codebook and commitment terms of every scale (Eq. 1). Reports
 * `residual.k` and `tokens.k` of the node scales then.
 */
export function autoencoderLoss(config: LatentConfig, weights: AutoencoderLossConfig, quantised: boolean): Loss<Parameters> {
  const model = autoencoder(config)
  const { commitment } = weights
  return (parameters, inputs) => {
    const tensors = partOf(inputs, "graph") as AutoencoderTensors
    const coded = model.code(parameters, tensors, quantised)
    const lossOf = (logits: CategoryLogits, part: "nodes" | "pairs"): tf.Tensor =>
      ops.crossEntropy(logits[part]!, inputs[`${part}Targets`]!).mul(inputs[`share.${part}`]!).sum()
    const real = (part: "globals" | "nodes" | "pairs", x: tf.Tensor): tf.Tensor => ops.embedding(x, inputs[`rows.${part}`]!)
    const terms: tf.Tensor[] = []
    const reported: Record<string, tf.Tensor> = {}
    const decoding = (name: string, logits: CategoryLogits): void => {
      const pairLoss = lossOf(logits, "pairs")
      const nodeLoss = logits.nodes && lossOf(logits, "nodes")
      terms.push(pairLoss.mul(weights.pairWeight), ...(nodeLoss ? [nodeLoss] : []))
      Object.assign(reported, { [`${name}PairLoss`]: pairLoss, ...(nodeLoss && { [`${name}NodeLoss`]: nodeLoss }) })
    }
    decoding("whole", model.decodePassed(parameters, tensors, coded))
    if (coded.pairs) decoding("nodesOnly", model.decodeNodes(parameters, tensors, coded))
    if (coded.pairs) {
      // The nodes are to say as much of the pairs as they can; the pairs do not make it easier for them.
      const { latent, expected, codes, residual } = coded.pairs
      terms.push(real("pairs", ops.stopGradient(latent).sub(expected).square()).mean())
      if (quantised) terms.push(quantisationLoss(real("pairs", residual), real("pairs", codes), { commitment }).mul(weights.quantiser))
    }
    if (quantised) {
      const scales = coded.bands.map(({ residual, codes, partial }, index) =>
        index === 0
          ? quantisationLoss(real("globals", residual), real("globals", codes), { commitment })
          : quantisationLoss(real("nodes", coded.levels[index - 1]!), real("nodes", partial), { commitment }),
      )
      const codeLoss = tf.addN(scales).div(scales.length)
      terms.push(codeLoss.mul(weights.quantiser))
      reported["codeLoss"] = codeLoss
      for (const [index, { residual, tokens }] of coded.bands.entries()) {
        const part = index === 0 ? "globals" : "nodes"
        reported[`residual.${index + 1}`] = real(part, ops.stopGradient(residual))
        reported[`tokens.${index + 1}`] = real(part, tokens.toFloat().expandDims(1)).squeeze([1]).toInt()
      }
    }
    return { loss: tf.addN(terms), ...reported }
  }
}
