import type { RandomStream } from "@scalewise/nn"
import type { PackedGraph } from "../graph/packed-graph.ts"
import { contractionPyramid, type ContractionPyramid } from "./contraction-pyramid.ts"
import type { ContractionConfig } from "./contraction-config.ts"
import { louvainBlocks } from "./louvain-blocks.ts"

/** Several random pyramids of each graph, made when they are first asked for and kept. */
export interface TrainingPyramids {
  readonly graphs: number
  /** Pyramids kept of each graph. */
  readonly perGraph: number
  pyramid(graph: number, index: number): ContractionPyramid
}

/** Pyramids of a training set; pyramid j of graph i depends on i, j and the stream alone. */
export function trainingPyramids(
  graphs: readonly PackedGraph[],
  { preference, blocks }: Pick<ContractionConfig, "preference" | "blocks">,
  { perGraph, random }: { readonly perGraph: number; readonly random: RandomStream },
): TrainingPyramids {
  const kept = new Map<number, ContractionPyramid>()
  return {
    graphs: graphs.length,
    perGraph,
    pyramid(graph, index) {
      const key = graph * perGraph + index
      let pyramid = kept.get(key)
      if (!pyramid) {
        const stream = random.fold(graph).fold(index)
        pyramid = contractionPyramid(graphs[graph]!, stream, {
          preference,
          ...(blocks && { blocks: louvainBlocks(graphs[graph]!, stream.fold("blocks")) }),
        })
        kept.set(key, pyramid)
      }
      return pyramid
    },
  }
}
