import type { RandomStream } from "@scalewise/nn"
import { adjacencyOf, commonNeighbours, degreesOf, type PackedGraph } from "../graph/packed-graph.ts"

/**
 * Which unmatched neighbour a node takes: any (`uniform`), one of lowest degree (`low-degree`: keeps hubs apart, fewer levels on trees and
 * stars), or one with most common neighbours (`common-neighbours`: keeps dense parts together). Ties are broken at random.
 */
export type MatchingPreference = "uniform" | "low-degree" | "common-neighbours"

/** Options of `randomMatching`. */
export interface MatchingOptions {
  /** @defaultValue "low-degree" */
  readonly preference?: MatchingPreference
  /** Only edges within one class may be matched. @defaultValue all edges */
  readonly classes?: ArrayLike<number> | undefined
}

/**
 * A random maximal matching: nodes in random order, each unmatched one takes an unmatched neighbour. Its law commutes with every
 * renaming of the nodes. Returns the partner of each node, itself where it has none.
 */
export function randomMatching(
  graph: PackedGraph,
  random: RandomStream,
  { preference = "low-degree", classes }: MatchingOptions = {},
): Int32Array {
  const adjacency = adjacencyOf(graph)
  const { offsets, neighbours } = adjacency
  const degrees = degreesOf(graph)
  const partner = new Int32Array(graph.nodes).fill(-1)
  const ties = random.fold("ties").uniformValues([neighbours.length])
  const score = (v: number, w: number): number =>
    preference === "uniform" ? 0 : preference === "low-degree" ? -degrees[w]! : commonNeighbours(adjacency, v, w)
  for (const v of random.fold("order").permutation(graph.nodes)) {
    if (partner[v]! >= 0) continue
    let [best, bestScore, bestTie] = [-1, -Infinity, -1]
    for (let i = offsets[v]!; i < offsets[v + 1]!; i++) {
      const w = neighbours[i]!
      if (partner[w]! >= 0 || (classes && classes[v] !== classes[w])) continue
      const value = score(v, w)
      if (value > bestScore || (value === bestScore && ties[i]! > bestTie)) [best, bestScore, bestTie] = [w, value, ties[i]!]
    }
    partner[v] = best < 0 ? v : best
    if (best >= 0) partner[best] = v
  }
  return partner
}
