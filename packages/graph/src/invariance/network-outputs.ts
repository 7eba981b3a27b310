import { tf, type Parameters } from "@scalewise/nn"
import { attributeInput } from "../contraction/attribute-input.ts"
import { childPairs } from "../contraction/child-pairs.ts"
import type { ContractionConfig } from "../contraction/contraction-config.ts"
import { contractionNetworks, type ContractionNetworks } from "../contraction/contraction-networks.ts"
import { emptySites, patternClasses, patternSiteTensors, writePatternSite } from "../contraction/pattern-head.ts"
import { patternInput } from "../contraction/pattern-input.ts"
import { splitInput } from "../contraction/split-input.ts"
import { pairBatch, pairTensors, type PairBatch } from "../refiner/pair-batch.ts"
import type { PairGraph } from "../refiner/pair-graph.ts"
import { structuralFeatures } from "../refiner/structural-features.ts"
import type { NetworkProblem } from "./network-problem.ts"

/** A contraction model as the checks take it. */
export interface InvarianceSubject {
  readonly config: ContractionConfig
  readonly parameters: Parameters
  /** @defaultValue those of the config */
  readonly networks?: ContractionNetworks
}

/** The maps of a contraction model. */
export type NetworkName = "split" | "pattern" | "attributes"

/** What the networks answer to a problem, in its own order of nodes and edges. */
export interface NetworkOutputs {
  /** [nodes] */
  readonly split: Float32Array
  /** [edges, 15]; zeros where the pattern is known or not allowed. */
  readonly pattern: Float32Array
  /** [nodes, kinds] and [edges, kinds]; empty without attributes. */
  readonly nodes: Float32Array
  readonly edges: Float32Array
}

/** Answers to several problems at once, with `padding` more nodes, pairs and triangles in the batch than it needs. */
export function networkOutputs(
  { config, parameters, networks = contractionNetworks(config) }: InvarianceSubject,
  problems: readonly NetworkProblem[],
  padding = 0,
): NetworkOutputs[] {
  const batched = (graphs: readonly PairGraph[]): PairBatch => {
    const plain = pairBatch(graphs)
    if (padding === 0) return plain
    const { graphs: count, nodes, pairs, triangles } = plain.size
    return pairBatch(graphs, { graphs: count + 1, nodes: nodes + padding, pairs: pairs + padding, triangles: triangles + padding })
  }
  const rows = (values: Float32Array, from: Int32Array, width: number): Float32Array[] =>
    problems.map((_, b) => values.slice(from[b]! * width, from[b + 1]! * width))
  const structures = problems.map(({ graph }) => structuralFeatures(graph, config.walks))

  return tf.tidy(() => {
    const split = batched(
      problems.map(({ graph, context, shownSplits, noise }, b) =>
        splitInput({ graph, structure: structures[b]!, context, splits: shownSplits, noise }, config),
      ),
    )
    const splits = networks.split.apply(parameters["split"] as Parameters, pairTensors(split)).dataSync() as Float32Array

    const children = problems.map(({ graph, splits: own }) => childPairs(graph, own))
    const pattern = batched(
      problems.map(({ splits: own, patterns, context, childNoise: noise }, b) =>
        patternInput({ children: children[b]!, structure: structures[b]!, splits: own, patterns, context, noise }, config),
      ),
    )
    const hidden = problems.flatMap(({ patterns }, b) =>
      Array.from(patterns.keys())
        .filter((edge) => patterns[edge] === 0)
        .map((edge) => ({ b, edge })),
    )
    const found = problems.map(({ patterns }) => new Float32Array(patternClasses * patterns.length))
    if (hidden.length > 0) {
      const sites = emptySites(hidden.length + padding)
      for (const [site, { b, edge }] of hidden.entries()) {
        const { edges } = problems[b]!.graph
        writePatternSite(sites, site, {
          children: children[b]!,
          edge,
          ends: [edges[2 * edge]!, edges[2 * edge + 1]!],
          offsets: { nodes: pattern.offsets.nodes[b]!, pairs: pattern.offsets.pairs[b]! },
          singlePairs: config.singlePairs,
        })
      }
      const tensors = { ...pairTensors(pattern), sites: patternSiteTensors(sites) }
      const logits = networks.pattern.apply(parameters["pattern"] as Parameters, tensors).dataSync()
      for (const [site, { b, edge }] of hidden.entries())
        for (let c = 0; c < patternClasses; c++)
          if (sites.forbidden[site * patternClasses + c] === 0) found[b]![edge * patternClasses + c] = logits[site * patternClasses + c]!
    }

    const named = networks.attributes && attributeOutputs()
    const own = rows(splits, split.offsets.nodes, 1)
    return problems.map((_, b) => ({
      split: own[b]!,
      pattern: found[b]!,
      nodes: named?.nodes[b] ?? new Float32Array(),
      edges: named?.edges[b] ?? new Float32Array(),
    }))
  })

  function attributeOutputs(): Record<"nodes" | "edges", Float32Array[]> {
    const batch = batched(
      problems.map(({ graph, nodeLabels, edgeLabels, noise }, b) =>
        attributeInput({ graph, structure: structures[b]!, nodeLabels, edgeLabels, noise }, config),
      ),
    )
    const { nodes, edges } = networks.attributes!.apply(parameters["attributes"] as Parameters, pairTensors(batch))
    return {
      nodes: rows(nodes.dataSync() as Float32Array, batch.offsets.nodes, nodes.shape[1]!),
      edges: rows(edges.dataSync() as Float32Array, batch.offsets.pairs, edges.shape[1]!),
    }
  }
}
