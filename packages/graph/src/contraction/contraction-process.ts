import type { BackwardProcess } from "@scalewise/core"
import { ConfigError, tf, type Parameters } from "@scalewise/nn"
import type { PackedGraph } from "../graph/packed-graph.ts"
import type { GraphCondition, GraphState } from "../process/graph-process.ts"
import { pairBatch, pairTensors } from "../refiner/pair-batch.ts"
import { attributeInput } from "./attribute-input.ts"
import type { ContractionConfig } from "./contraction-config.ts"
import { contractionLaw, type CodeDraw, type ContractionLaw, type ContractionLogits, type LogitRows } from "./contraction-law.ts"
import { contractionNetworks, type ContractionNetworks } from "./contraction-networks.ts"
import { contextOf, hiddenSites, seedGraph, type GraphInProgress } from "./graph-in-progress.ts"
import { drawnSizes, type LevelSizes } from "./level-sizes.ts"
import { emptySites, patternSiteTensors, writePatternSite } from "./pattern-head.ts"
import { patternInput } from "./pattern-input.ts"
import { resolvedSampling, type ContractionSampling } from "./sampling-settings.ts"
import { withShownCodes } from "./shown-codes.ts"
import { splitInput } from "./split-input.ts"

/** Graphs on their way. */
export type ContractionState = GraphState<GraphInProgress>

/** Options of `contractionProcess`. */
export interface ContractionProcessOptions {
  readonly config: ContractionConfig
  /** `split`, `pattern` and, with attributes, `attributes`; they stay the caller's. */
  readonly parameters: Parameters
  /** Sizes of training pyramids. */
  readonly sizes: readonly LevelSizes[]
  readonly sampling?: ContractionSampling
  /** @defaultValue those of the config */
  readonly networks?: ContractionNetworks
}

/**
 * p_theta over graphs: from one node, level by level, which nodes split and then which pairs of children are joined; last, on the finished
 * skeleton, the attributes (Eqs. 17-20). Every step is one network evaluation for each graph. Nodes are alike at the start and are only
 * told apart by noise that belongs to them, and the networks commute with renaming: p(G) = p(PGP^T).
 */
export function contractionProcess({
  config,
  parameters,
  sizes,
  sampling = {},
  networks = contractionNetworks(config),
}: ContractionProcessOptions): BackwardProcess<ContractionState, readonly CodeDraw[], GraphCondition, readonly PackedGraph[]> {
  if (sizes.length === 0) throw new ConfigError("contractionProcess: expected sizes of training pyramids, got none")
  const settings = resolvedSampling(sampling)
  const kinds = { nodes: config.vocabulary.nodes.length, edges: config.vocabulary.edges.length }
  const levels = Math.max(...sizes.map(({ nodes }) => nodes.length))

  /** Logits of the graphs in one phase, and the first row of each. */
  const splitLogits = (items: readonly GraphInProgress[]) => {
    const batch = pairBatch(
      items.map((item) => {
        const { graph, structure, splits } = item
        return splitInput({ graph, structure, context: contextOf(item), splits, noise: noiseOf(item, graph.nodes, config) }, config)
      }),
    )
    const logOddsV = networks.split.apply(parameters["split"] as Parameters, pairTensors(batch))
    return { logits: { splits: tf.stack([tf.zerosLike(logOddsV), logOddsV], 1) }, from: batch.offsets.nodes }
  }
  const patternLogits = (items: readonly GraphInProgress[]) => {
    const batch = pairBatch(
      items.map((item) => {
        const { children, structure, splits, patterns } = item
        const noise = noiseOf(item, children!.nodes, config)
        return patternInput({ children: children!, structure, splits, patterns, context: contextOf(item), noise }, config)
      }),
    )
    const hidden = items.map(hiddenSites)
    const from = new Int32Array(items.length + 1)
    for (const [i, sites] of hidden.entries()) from[i + 1] = from[i]! + sites.length
    const sites = emptySites(from.at(-1)!)
    for (const [i, { children, graph }] of items.entries()) {
      const offsets = { nodes: batch.offsets.nodes[i]!, pairs: batch.offsets.pairs[i]! }
      for (const [at, edge] of hidden[i]!.entries())
        writePatternSite(sites, from[i]! + at, {
          children: children!,
          edge,
          ends: [graph.edges[2 * edge]!, graph.edges[2 * edge + 1]!],
          offsets,
          singlePairs: config.singlePairs,
        })
    }
    const tensors = { ...pairTensors(batch), sites: patternSiteTensors(sites) }
    return { logits: { patterns: networks.pattern.apply(parameters["pattern"] as Parameters, tensors) }, from }
  }
  const attributeLogits = (items: readonly GraphInProgress[]) => {
    const batch = pairBatch(
      items.map((item) => {
        const { graph, structure, nodeLabels, edgeLabels } = item
        return attributeInput({ graph, structure, nodeLabels, edgeLabels, noise: noiseOf(item, graph.nodes, config) }, config)
      }),
    )
    const logits = networks.attributes!.apply(parameters["attributes"] as Parameters, pairTensors(batch))
    return { logits, from: batch.offsets.nodes, edgesFrom: batch.offsets.pairs }
  }

  return {
    // Every level takes its rounds of splits and of patterns, and there is one more phase for the attributes.
    steps: levels * (settings.splitRounds + settings.patterns.rounds * (1 + settings.planarRepairs)) + settings.attributes.rounds,
    finished: ({ graphs }) => graphs().every(({ phase }) => phase === "finished"),
    unconditional: (condition) => condition,
    start(batch, { nodes }, random) {
      const items = Array.from({ length: batch }, (_, b) => {
        const stream = random.row(b)
        const wanted = typeof nodes === "number" ? nodes : nodes?.[b]
        const item = seedGraph(drawnSizes(sizes, wanted, stream.fold("sizes")), config)
        return {
          ...item,
          noise: stream.fold("noise").normalValues([Math.max(2, ...item.sizes.nodes.slice(0, item.level + 3)) * config.noise]),
        }
      })
      return { graphs: () => items }
    },
    predict({ graphs }): ContractionLaw {
      const items = graphs()
      const rows: LogitRows[] = items.map((item) => ({ item, from: 0, edgesFrom: 0 }))
      const logits: Record<string, tf.Tensor> = {}
      for (const [phase, of] of [
        ["splits", splitLogits],
        ["patterns", patternLogits],
        ["attributes", attributeLogits],
      ] as const) {
        const own = Array.from(items.keys()).filter((b) => items[b]!.phase === phase)
        if (own.length === 0) continue
        const found: { logits: ContractionLogits; from: Int32Array; edgesFrom?: Int32Array } = of(own.map((b) => items[b]!))
        Object.assign(logits, found.logits)
        for (const [i, b] of own.entries()) rows[b] = { item: items[b]!, from: found.from[i]!, edgesFrom: found.edgesFrom?.[i] ?? 0 }
      }
      return contractionLaw(logits, { rows, settings, noise: config.noise, kinds })
    },
    advance({ graphs }, _, draws) {
      const items = graphs().map((item, b) => withShownCodes(item, draws[b]!, { settings, config }))
      return { graphs: () => items }
    },
    readout: ({ graphs }) =>
      graphs().map(({ graph, nodeLabels, edgeLabels, phase }) => ({
        ...graph,
        ...(phase === "finished" && kinds.nodes > 0 && { nodeLabels }),
        ...(phase === "finished" && kinds.edges > 0 && { edgeLabels }),
      })),
  }
}

/** The first numbers of a graph's noise, as many as its nodes need. */
function noiseOf({ noise }: GraphInProgress, nodes: number, config: ContractionConfig): Float32Array {
  return noise.subarray(0, nodes * config.noise)
}
