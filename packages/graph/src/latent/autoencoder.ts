import { identityQuantiser, quantise, type Quantiser, type VectorQuantiserParameters } from "@scalewise/core"
import { ops, type Parameters, type tf } from "@scalewise/nn"
import type { CategoryLogits } from "../refiner/category-network.ts"
import type { PairTensors } from "../refiner/pair-batch.ts"
import { bandCodes, nodeQuantiser, pairQuantiser, type BandCode } from "./latent-codes.ts"
import type { LatentConfig } from "./latent-config.ts"
import { latentNetworks } from "./latent-network.ts"
import { lowPassLevels } from "./low-pass.ts"

/** A batch as the autoencoder takes it: the refiner's tensors, and the low-pass weights `kept` [V, 1] and `along` [E, 1]. */
export type AutoencoderTensors = PairTensors & { readonly kept: tf.Tensor; readonly along: tf.Tensor }

/** Everything about the codes of a batch. */
export interface CodedGraphs {
  /** Node latents [V, C], with gradients to the encoder. */
  readonly latent: tf.Tensor
  /** Levels of the node latents, one for each band. */
  readonly levels: readonly tf.Tensor[]
  /** The global token and the bands. */
  readonly bands: readonly BandCode[]
  /** The pair latents [E, P], what the node codes say of them, and the code of what is left; absent without pair codes. */
  readonly pairs?: {
    readonly latent: tf.Tensor
    readonly expected: tf.Tensor
    readonly residual: tf.Tensor
    readonly tokens: tf.Tensor
    readonly codes: tf.Tensor
  }
}

/** Encoder, bands, codes and decoder of a config, as pure functions of parameters and batch. */
export interface Autoencoder {
  /** Graphs to codes (Eqs. 12-15); with `quantised` false the codes are the residuals themselves. */
  code(parameters: Parameters, tensors: AutoencoderTensors, quantised?: boolean): CodedGraphs
  /** Codes to categories (Eq. 20), with the gradients of the latents (straight-through). */
  decodePassed(parameters: Parameters, tensors: PairTensors, codes: CodedGraphs): CategoryLogits
  /** The same from the codes of the nodes alone: what is to be as good as it can be, so that pair codes carry only what is left. */
  decodeNodes(parameters: Parameters, tensors: PairTensors, codes: CodedGraphs): CategoryLogits
  /** What node sums [V, C] say of the pairs' latents [E, P]. */
  expectedPairs(parameters: Parameters, tensors: PairTensors, nodesVC: tf.Tensor): tf.Tensor
  /** Sums of node codes [V, C] and pair latents [E, P] to categories (Eq. 20). */
  decode(parameters: Parameters, tensors: PairTensors, nodesVC: tf.Tensor, pairsEP: tf.Tensor): CategoryLogits
}

/** The autoencoder of a config; its parameters are those of `freshAutoencoder`. */
export function autoencoder(config: LatentConfig): Autoencoder {
  const { encoder, decoder, expected } = latentNetworks(config)
  const exact = { nodes: identityQuantiser(config.channels), pairs: identityQuantiser(config.pairChannels) }
  const coder = { nodes: nodeQuantiser(config), pairs: pairQuantiser(config) }

  const expectedPairs: Autoencoder["expectedPairs"] = (parameters, { ends }, nodes) =>
    expected.apply(parameters["expected"] as Parameters, { nodes, ends })
  const decode: Autoencoder["decode"] = (parameters, { globals, ...tensors }, nodes, pairs) =>
    // The first global feature is log n, which is all that a sampler knows of a graph.
    decoder.apply(parameters["decoder"] as Parameters, { nodes, pairs, tensors: { ...tensors, globals: globals.slice([0, 0], [-1, 1]) } })

  const decodeNodes: Autoencoder["decodeNodes"] = (parameters, tensors, { latent, bands }) => {
    const nodes = ops.straightThrough(bands.at(-1)!.partial, latent)
    return decode(parameters, tensors, nodes, expectedPairs(parameters, tensors, nodes))
  }

  return {
    expectedPairs,
    decode,
    code(parameters, tensors, quantised = true) {
      const latent = encoder.apply(parameters["encoder"] as Parameters, tensors)
      const levels = lowPassLevels(latent.nodes, config.bands, tensors)
      const pyramid = { global: latent.global, levels, graphOf: tensors.graphOf }
      const bands = quantised
        ? bandCodes(coder.nodes, parameters["nodeCodes"] as VectorQuantiserParameters, pyramid)
        : bandCodes(exact.nodes, {}, pyramid)
      if (config.pairCodes === 0) return { latent: latent.nodes, levels, bands }
      const known = expectedPairs(parameters, tensors, ops.straightThrough(bands.at(-1)!.partial, latent.nodes))
      const residual = latent.pairs.sub(ops.stopGradient(known))
      const quantiser = (quantised ? coder.pairs : exact.pairs) as Quantiser
      const found = quantise(quantiser, quantised ? (parameters["pairCodes"] as Parameters) : {}, residual)
      return {
        latent: latent.nodes,
        levels,
        bands,
        pairs: { latent: latent.pairs, expected: known, residual, tokens: found.tokens, codes: found.codes },
      }
    },
    decodeNodes,
    decodePassed(parameters, tensors, codes) {
      const { latent, bands, pairs } = codes
      if (!pairs) return decodeNodes(parameters, tensors, codes)
      const nodes = ops.straightThrough(bands.at(-1)!.partial, latent)
      return decode(parameters, tensors, nodes, ops.straightThrough(ops.stopGradient(pairs.expected).add(pairs.codes), pairs.latent))
    },
  }
}
