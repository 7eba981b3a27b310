import { trianglesOf, type PairGraph } from "../refiner/pair-graph.ts"
import { structuralEdgeFeatures, structuralNodeFeatures, type StructuralFeatures } from "../refiner/structural-features.ts"
import type { PackedGraph } from "../graph/packed-graph.ts"
import { blockFeatures, blockNodeFeatures, insideBlock } from "./block-features.ts"
import type { ContractionConfig } from "./contraction-config.ts"
import { levelGlobalCount, levelGlobals, type LevelContext } from "./level-context.ts"

/** A split code that is not known yet. */
export const unknownSplit = 2

/** Columns of the features that `splitInput` makes. */
export const splitInputWidths = ({ walks, noise, blocks }: ContractionConfig): { nodes: number; pairs: number; globals: number } => ({
  nodes: structuralNodeFeatures(walks) + 3 + noise + (blocks ? blockNodeFeatures : 0),
  pairs: structuralEdgeFeatures(walks) + 1 + (blocks ? 1 : 0),
  globals: levelGlobalCount,
})

/** A level as the network sees it that says which nodes split. */
export interface SplitInput {
  readonly graph: PackedGraph
  readonly structure: StructuralFeatures
  readonly context: LevelContext
  /** Per node 0, 1, or `unknownSplit`. */
  readonly splits: Uint8Array
  /** [nodes, noise] */
  readonly noise: Float32Array
}

/** Features of the level's nodes and edges for the split network. */
export function splitInput({ graph, structure, context, splits, noise }: SplitInput, config: ContractionConfig): PairGraph {
  const widths = splitInputWidths(config)
  const count = graph.edges.length / 2
  const own = structuralNodeFeatures(config.walks)
  const ownEdge = structuralEdgeFeatures(config.walks)
  const nodeFeatures = new Float32Array(graph.nodes * widths.nodes)
  const pairFeatures = new Float32Array(count * widths.pairs)
  const blocks = config.blocks ? blockFeatures(context) : undefined
  let hidden = 0
  for (let v = 0; v < graph.nodes; v++) {
    const at = v * widths.nodes
    nodeFeatures.set(structure.nodes.subarray(v * own, (v + 1) * own), at)
    nodeFeatures[at + own + splits[v]!] = 1
    if (splits[v] === unknownSplit) hidden++
    nodeFeatures.set(noise.subarray(v * config.noise, (v + 1) * config.noise), at + own + 3)
    if (blocks) nodeFeatures.set(blocks.subarray(v * blockNodeFeatures, (v + 1) * blockNodeFeatures), at + own + 3 + config.noise)
  }
  for (let e = 0; e < count; e++) {
    const at = e * widths.pairs
    pairFeatures.set(structure.edges.subarray(e * ownEdge, (e + 1) * ownEdge), at)
    pairFeatures[at + ownEdge] = 1
    if (config.blocks) pairFeatures[at + ownEdge + 1] = insideBlock(context.blocks, graph.edges[2 * e]!, graph.edges[2 * e + 1]!)
  }
  return {
    nodes: graph.nodes,
    pairs: graph.edges,
    triangles: config.triangles > 0 ? trianglesOf(graph.nodes, graph.edges) : new Int32Array(),
    widths,
    nodeFeatures,
    pairFeatures,
    globals: levelGlobals(context, hidden / graph.nodes, config.edgeCounts),
  }
}
