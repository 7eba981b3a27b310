import type { RandomStream } from "@scalewise/nn"
import type { PackedGraph } from "../graph/packed-graph.ts"
import { contractionPyramid, type ContractionPyramid } from "./contraction-pyramid.ts"
import type { ContractionConfig } from "./contraction-config.ts"
import { levelSizes, type LevelSizes } from "./level-sizes.ts"
import { louvainBlocks } from "./louvain-blocks.ts"

/** Several random pyramids of each graph, made when they are first asked for and kept. */
export interface TrainingPyramids {
  readonly graphs: number
  /** Pyramids kept of each graph. */
  readonly perGraph: number
  pyramid(graph: number, index: number): ContractionPyramid
  /** Sizes of its levels, and of its blocks where there are some. */
  sizes(graph: number, index: number): LevelSizes
}

/** Pyramids of a training set; pyramid j of graph i depends on i, j and the stream alone. */
export function trainingPyramids(
  graphs: readonly PackedGraph[],
  { preference, blocks }: Pick<ContractionConfig, "preference" | "blocks">,
  { perGraph, random }: { readonly perGraph: number; readonly random: RandomStream },
): TrainingPyramids {
  const kept = new Map<number, { readonly pyramid: ContractionPyramid; readonly own: Int32Array | undefined }>()
  const find = (graph: number, index: number) => {
    const key = graph * perGraph + index
    const found = kept.get(key)
    if (found) return found
    const stream = random.fold(graph).fold(index)
    const own = blocks ? louvainBlocks(graphs[graph]!, stream.fold("blocks")) : undefined
    const made = { pyramid: contractionPyramid(graphs[graph]!, stream, { preference, blocks: own }), own }
    kept.set(key, made)
    return made
  }
  return {
    graphs: graphs.length,
    perGraph,
    pyramid: (graph, index) => find(graph, index).pyramid,
    sizes(graph, index) {
      const { pyramid, own } = find(graph, index)
      return levelSizes(pyramid, own)
    },
  }
}
