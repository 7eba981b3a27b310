import type { RandomStream } from "@scalewise/nn"
import type { PairGraph } from "../refiner/pair-graph.ts"
import { structuralFeatures } from "../refiner/structural-features.ts"
import { childPairs, type ChildPairs } from "./child-pairs.ts"
import type { ContractionConfig } from "./contraction-config.ts"
import type { ContractionPyramid } from "./contraction-pyramid.ts"
import type { LevelContext } from "./level-context.ts"
import { patternInput } from "./pattern-input.ts"
import { hiddenMask, type RevealTraining } from "../training/hidden-mask.ts"
import { splitInput, unknownSplit } from "./split-input.ts"

/** One level of one graph, partly revealed, and what is to be said of the rest. */
export interface SkeletonExample {
  readonly split: PairGraph
  /** Per node, 1 where it splits. */
  readonly splits: Uint8Array
  /** Per node, 1 where the network has to say. */
  readonly splitHidden: Uint8Array
  readonly pattern: PairGraph
  readonly children: ChildPairs
  /** Edges of the level, with a choice and hidden. */
  readonly sites: Int32Array
  /** Pattern of each site, 1 to 15. */
  readonly patterns: Uint8Array
  /** Ends of the level's edges. */
  readonly edges: Int32Array
}

/** Level `at` of a pyramid with some codes hidden and fresh noise for its nodes. */
export function skeletonExample(
  pyramid: ContractionPyramid,
  at: number,
  config: ContractionConfig,
  reveal: RevealTraining,
  random: RandomStream,
): SkeletonExample {
  const { graph, splits, patterns, blocks } = pyramid.levels[at]!
  const next = pyramid.levels[at + 1]?.graph ?? pyramid.graph
  const structure = structuralFeatures(graph, config.walks)
  const context: LevelContext = {
    target: pyramid.graph.nodes,
    nodes: graph.nodes,
    edges: graph.edges.length / 2,
    nextNodes: next.nodes,
    nextEdges: next.edges.length / 2,
    blocks,
  }
  const splitHidden = hiddenMask(graph.nodes, reveal, random.fold("splits"))
  const children = childPairs(graph, splits)
  const hidden = hiddenMask(patterns.length, reveal, random.fold("patterns"))
  const isSite = (e: number): boolean => children.shapes[e] !== 1 && hidden[e] === 1
  const sites = Int32Array.from(patterns.keys()).filter(isSite)
  return {
    split: splitInput(
      {
        graph,
        structure,
        context,
        splits: splits.map((code, v) => (splitHidden[v] ? unknownSplit : code)),
        noise: random.fold("split noise").normalValues([graph.nodes * config.noise]),
      },
      config,
    ),
    splits,
    splitHidden,
    pattern: patternInput(
      {
        children,
        structure,
        splits,
        patterns: patterns.map((mask, e) => (isSite(e) ? 0 : mask)),
        context,
        noise: random.fold("pattern noise").normalValues([children.nodes * config.noise]),
      },
      config,
    ),
    children,
    sites,
    patterns: Uint8Array.from(sites, (e) => patterns[e]!),
    edges: graph.edges,
  }
}
