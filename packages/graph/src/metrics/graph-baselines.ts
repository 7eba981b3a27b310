import type { RandomStream } from "@scalewise/nn"
import { erdosRenyiGraph } from "../data/generators/erdos-renyi-graph.ts"
import { edgeCount, packedGraph, type PackedGraph } from "../graph/packed-graph.ts"
import { blockPartition } from "./block-partition.ts"

/** Erdos-Renyi graphs with the number of nodes and the density of random training graphs: knows size and density, and nothing else. */
export function matchedErdosRenyi(train: readonly PackedGraph[], count: number, random: RandomStream): PackedGraph[] {
  return likeRandom(train, count, random, (graph, stream) =>
    erdosRenyiGraph(graph.nodes, stream, { probability: edgeCount(graph) / Math.max((graph.nodes * (graph.nodes - 1)) / 2, 1) }),
  )
}

/**
 * Block-model resamples: the blocks of a random training graph (highest ICL) are kept and every edge is drawn anew with the density of its
 * pair of blocks. On block-model sets this classical sampler equals early diffusion models.
 */
export function blockResample(train: readonly PackedGraph[], count: number, random: RandomStream): PackedGraph[] {
  return likeRandom(train, count, random, (graph, stream) => {
    const { block, sizes, edges } = blockPartition(graph)
    const noise = stream.uniformValues([graph.nodes, graph.nodes])
    const ends: number[] = []
    for (let v = 0; v < graph.nodes; v++)
      for (let u = 0; u < v; u++) {
        const [r, s] = [block[u]!, block[v]!]
        const pairs = r === s ? (sizes[r]! * (sizes[r]! - 1)) / 2 : sizes[r]! * sizes[s]!
        if (noise[u * graph.nodes + v]! < edges[r * sizes.length + s]! / pairs) ends.push(u, v)
      }
    return packedGraph(graph.nodes, ends)
  })
}

function likeRandom(
  train: readonly PackedGraph[],
  count: number,
  random: RandomStream,
  draw: (graph: PackedGraph, stream: RandomStream) => PackedGraph,
): PackedGraph[] {
  const picks = random.fold("graphs").integers(count, train.length)
  return Array.from(picks, (pick, i) => draw(train[pick]!, random.fold(i)))
}
