import { disposeParameters, layers, ops, tf, type Layer, type Parameters, type RandomStream } from "@scalewise/nn"
import { kindsOf } from "../process/graph-categories.ts"
import { categoryNetwork, withMarginalBiases, type CategoryLogits } from "../refiner/category-network.ts"
import type { PairTensors } from "../refiner/pair-batch.ts"
import { refiner } from "../refiner/refiner.ts"
import { structuralEdgeFeatures, structuralNodeFeatures } from "../refiner/structural-features.ts"
import { nodeQuantiser, pairQuantiser } from "./latent-codes.ts"
import type { LatentConfig } from "./latent-config.ts"

// B graphs, V nodes, E pairs, C channels, P pair channels

/** Latents of a batch. */
export interface GraphLatent {
  /** Of each graph, pooled from its nodes [B, C]. */
  readonly global: tf.Tensor
  /** [V, C] */
  readonly nodes: tf.Tensor
  /** [E, P] */
  readonly pairs: tf.Tensor
}

/** What a decoder is given: pairs that it joins, and latents for them. */
export type DecoderInput = Omit<GraphLatent, "global"> & { readonly tensors: PairTensors }

/** The networks of a latent model. */
export interface LatentNetworks {
  readonly encoder: Layer<Parameters, PairTensors, GraphLatent>
  /** What the node latents alone say of a pair's latent [E, P]: the pair codes carry what is left. */
  readonly expected: Layer<Parameters, { readonly nodes: tf.Tensor; readonly ends: tf.Tensor }>
  readonly decoder: Layer<Parameters, DecoderInput, CategoryLogits>
  /** Logits of the codes of one scale. */
  readonly prior: Layer<Parameters, PairTensors, CategoryLogits>
}

/** Columns of the encoder's features. */
export function encoderWidths({ walks, noise, vocabulary }: LatentConfig): { nodes: number; pairs: number; globals: number } {
  const kinds = kindsOf(vocabulary)
  return { nodes: structuralNodeFeatures(walks) + kinds.nodes + noise, pairs: structuralEdgeFeatures(walks) + kinds.pairs, globals: 2 }
}

/** Columns of the prior's features: partial sums, what they expect of the pairs, and the scale. */
export const priorWidths = (config: LatentConfig): { nodes: number; pairs: number; globals: number } => ({
  nodes: config.channels,
  pairs: config.pairChannels,
  globals: 1 + 2 + config.bands.length,
})

/** The networks of a config; all commute with renaming. */
export function latentNetworks(config: LatentConfig): LatentNetworks {
  const { width, depth, decoderDepth, triangles, channels, pairChannels, vocabulary, shares, codes, pairCodes, bands } = config
  const body = refiner({ inputs: encoderWidths(config), width, depth, triangles })
  const toNodes = layers.linear({ inputs: width, outputs: channels })
  const toPairs = layers.linear({ inputs: width, outputs: pairChannels })
  const toPool = layers.linear({ inputs: width, outputs: 1 })
  const nodeNorm = layers.layerNorm({ channels })
  const pairNorm = layers.layerNorm({ channels: pairChannels })
  const joint = layers.mlp({ widths: [3 * channels, width, pairChannels] })
  const decoder = categoryNetwork({
    inputs: { nodes: channels, pairs: pairChannels, globals: 1 },
    width,
    depth: decoderDepth,
    triangles,
    outputs: { globals: 0, ...kindsOf(vocabulary) },
  })
  const prior = categoryNetwork({
    inputs: priorWidths(config),
    width,
    depth,
    triangles,
    outputs: { globals: codes, nodes: bands.length > 0 ? codes : 0, pairs: pairCodes },
  })
  return {
    encoder: {
      init: (random) => ({
        body: body.init(random.fold("body")),
        toNodes: toNodes.init(random.fold("toNodes")),
        toPairs: toPairs.init(random.fold("toPairs")),
        toPool: toPool.init(random.fold("toPool")),
        nodeNorm: nodeNorm.init(random.fold("nodeNorm")),
        pairNorm: pairNorm.init(random.fold("pairNorm")),
      }),
      apply(parameters, tensors) {
        const p = parameters as Record<string, never>
        const refined = body.apply(p["body"]!, tensors)
        const nodes = nodeNorm.apply(p["nodeNorm"]!, toNodes.apply(p["toNodes"]!, refined.nodes))
        // Gated mean: loud nodes count more, and no order enters.
        const gate = tf.sigmoid(toPool.apply(p["toPool"]!, refined.nodes))
        const graphs = tensors.globals.shape[0]
        const total = ops.segmentSum(gate, tensors.graphOf, graphs)
        const global = ops.segmentSum(nodes.mul(gate), tensors.graphOf, graphs).div(total.add(1e-6))
        return { global, nodes, pairs: pairNorm.apply(p["pairNorm"]!, toPairs.apply(p["toPairs"]!, refined.pairs)) }
      },
    },
    expected: {
      init: (random) => joint.init(random),
      apply(parameters, { nodes, ends }) {
        const [u, v] = tf.split(ends, 2) as [tf.Tensor, tf.Tensor]
        const [a, b] = [ops.embedding(nodes, u), ops.embedding(nodes, v)]
        return joint.apply(parameters, tf.concat([a.add(b), a.mul(b), a.sub(b).abs()], 1))
      },
    },
    decoder: {
      init: (random) => withMarginalBiases(decoder.init(random), shares),
      apply: (parameters, { nodes, pairs, tensors }) => decoder.apply(parameters, { ...tensors, nodes, pairs }),
    },
    prior,
  }
}

/** Fresh parameters of encoder, decoder and codebooks. */
export function freshAutoencoder(config: LatentConfig, random: RandomStream): Record<string, Parameters> {
  const { encoder, decoder, expected } = latentNetworks(config)
  return {
    encoder: encoder.init(random.fold("encoder")),
    expected: expected.init(random.fold("expected")),
    decoder: decoder.init(random.fold("decoder")),
    nodeCodes: nodeQuantiser(config).init(random.fold("node codes")),
    pairCodes: pairQuantiser(config).init(random.fold("pair codes")),
  }
}

/** Fresh parameters of a whole model: the autoencoder's, without codes of pairs where there are none, and the prior's. */
export function freshLatent(config: LatentConfig, random: RandomStream): Record<string, Parameters> {
  const { pairCodes, ...rest } = freshAutoencoder(config, random)
  if (config.pairCodes === 0) disposeParameters({ pairCodes: pairCodes! })
  return {
    ...rest,
    ...(config.pairCodes > 0 && { pairCodes: pairCodes! }),
    prior: latentNetworks(config).prior.init(random.fold("prior parameters")),
  }
}
