import { logLikelihood, type BackwardProcess } from "@scalewise/core"
import { tf, type Parameters } from "@scalewise/nn"
import { packedGraph, type PackedGraph } from "../graph/packed-graph.ts"
import type { GraphCondition, GraphOnItsWay, GraphState } from "../process/graph-process.ts"
import { siteLaw, type SiteDraw, type SiteLaw } from "../process/site-law.ts"
import { graphSize, sizeLogProb, type SizeLaw } from "../process/size-law.ts"
import { pairBatch, type PairTensors } from "../refiner/pair-batch.ts"
import { autoencoder } from "./autoencoder.ts"
import { codeTable } from "./code-table.ts"
import { scaleCount, scalePart, type LatentConfig, type LatentSampling } from "./latent-config.ts"
import { latentNetworks } from "./latent-network.ts"
import { latentForward } from "./latent-tokens.ts"
import { priorInput, priorTensors, type PriorView } from "./prior-input.ts"
import { decodedGraphs } from "./reconstruction.ts"

/** One graph on its way: the sum of its node codes so far. Nothing in it is changed once it is made. */
export interface LatentGraph extends GraphOnItsWay, PriorView {
  /** Codes of the pairs, once they are known. */
  readonly pairTokens: Uint16Array | undefined
}

/** Options of `latentProcess`. */
export interface LatentProcessOptions {
  readonly config: LatentConfig
  /** Those of the autoencoder and `prior`; they stay the caller's. */
  readonly parameters: Parameters
  readonly sizes: SizeLaw
  readonly sampling?: LatentSampling
}

/** A backward process over latent codes. */
export interface LatentProcess extends BackwardProcess<
  GraphState<LatentGraph>,
  readonly SiteDraw[],
  GraphCondition,
  readonly PackedGraph[]
> {
  predict(state: GraphState<LatentGraph>, step: number, condition: GraphCondition): SiteLaw
  /** s_0 of a graph of n nodes. */
  seed(nodes: number): LatentGraph
}

/**
 * p_theta over residual codes, the paper's Eqs. 17-20 on a set: a global token given the size, then for each band the codes of all nodes in one
 * shot, given the sum so far, then the codes of all pairs, then the decoder. Nodes are alike at first and become different by the first
 * codes that are drawn for each: p(G) = p(PGP^T), and the likelihood of the codes is exact.
 */
export function latentProcess({ config, parameters, sizes, sampling = {} }: LatentProcessOptions): LatentProcess {
  const { temperature = 1, previews = false } = sampling
  const { prior } = latentNetworks(config)
  const model = autoencoder(config)
  const table = codeTable(config, parameters)
  const steps = scaleCount(config)
  const expectedPairs = (tensors: PairTensors, nodes: tf.Tensor): tf.Tensor => model.expectedPairs(parameters, tensors, nodes)

  const decoded = (items: readonly LatentGraph[]): PackedGraph[] => {
    let graphs: PackedGraph[] = []
    tf.tidy(() => {
      const batch = pairBatch(items.map((item) => priorInput({ ...item, scale: 1 }, config)))
      const tensors = priorTensors(batch, [], config, expectedPairs)
      const known = expectedPairs(tensors, tensors.nodes)
      const left = items.map(({ nodes, pairTokens }) =>
        pairTokens ? table.pairs(pairTokens) : new Float32Array(((nodes * (nodes - 1)) / 2) * config.pairChannels),
      )
      const residual = tf.concat(left.map((values) => tf.tensor2d(values, [values.length / config.pairChannels, config.pairChannels])))
      graphs = decodedGraphs(
        model.decode(parameters, tensors, tensors.nodes, known.add(residual)),
        items.map(({ nodes }) => nodes),
        config,
      )
    })
    return graphs
  }

  const seed = (nodes: number): LatentGraph => ({
    nodes,
    scale: 1,
    partial: new Float32Array(nodes * config.channels),
    pairTokens: undefined,
    graph: packedGraph(nodes, []),
    calls: 0,
    past: [],
  })

  return {
    steps,
    seed,
    finished: ({ graphs }) => graphs().every(({ scale }) => scale > steps),
    networkCalls: (step) => (step === steps || previews ? 2 : 1),
    unconditional: (condition) => condition,
    start(batch, condition, random) {
      const items = Array.from({ length: batch }, (_, b) => seed(graphSize(sizes, condition, b, random.row(b).fold("size"))))
      return { graphs: () => items }
    },
    predict({ graphs }, step) {
      const items = graphs()
      const part = scalePart(config, step)
      const batch = pairBatch(items.map((item) => priorInput({ ...item, scale: step }, config)))
      const tensors = priorTensors(
        batch,
        items.map(() => step),
        config,
        expectedPairs,
      )
      const logits = prior.apply(parameters["prior"] as Parameters, tensors)[part]!
      return siteLaw({ [part]: temperature === 1 ? logits : logits.div(temperature) }, { nodes: items.map(({ nodes }) => nodes), noise: 0 })
    },
    advance({ graphs }, step, draws) {
      const part = scalePart(config, step)
      const moved = graphs().map((item, b): LatentGraph => {
        const tokens = draws[b]![part]
        return {
          ...item,
          scale: step + 1,
          calls: item.calls + 1,
          ...(part === "pairs" ? { pairTokens: tokens } : { partial: table.added(item.partial, step, tokens) }), // Eq. (19)
        }
      })
      if (step < steps && !previews) return { graphs: () => moved }
      const shown = decoded(moved)
      const items = moved.map((item, b): LatentGraph => ({
        ...item,
        graph: shown[b]!,
        calls: item.calls + 1,
        past:
          previews && step > 1
            ? [...item.past, { graph: item.graph, parent: Int32Array.from({ length: item.nodes }, (_, v) => v) }]
            : item.past,
      }))
      return { graphs: () => items }
    },
    readout: ({ graphs }) => (graphs().every(({ scale }) => scale > steps) ? graphs().map(({ graph }) => graph) : decoded(graphs())), // Eq. (20)
  }
}

/** The exact likelihood of graphs' codes, in nats, one number a graph. It says nothing of the graphs but through their codes. */
export interface LatentLikelihood {
  /** log p(n) + log p(codes | n). */
  readonly nats: Float64Array
  /** log p(n). */
  readonly size: Float64Array
  /** log p(codes of scale k | n, codes before): `perScale[k - 1]`. */
  readonly perScale: readonly Float32Array[]
}

/** log p of the codes that the encoder gives graphs (Eq. 2), with noise from `seed`. */
export function latentLikelihood(
  options: LatentProcessOptions,
  graphs: readonly PackedGraph[],
  seed: number | string = 0,
): LatentLikelihood {
  const model = { forward: latentForward(options.config, options.parameters), process: latentProcess(options) }
  const condition = { nodes: graphs.map(({ nodes }) => nodes) }
  const { nats, perScale } = logLikelihood(model, graphs, { condition, seed, batch: graphs.length })
  const [own, scales] = [nats.dataSync<"float32">(), perScale.unstack(0)]
  const size = Float64Array.from(graphs, ({ nodes }) => sizeLogProb(options.sizes, nodes))
  const read = scales.map((scale) => scale.dataSync<"float32">())
  tf.dispose([nats, perScale, scales])
  return { nats: size.map((value, b) => value + own[b]!), size, perScale: read }
}
