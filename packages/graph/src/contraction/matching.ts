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

/** A matching, and what it says about its own law. */
export interface RandomMatching {
  /** Partner of each node, itself where it has none. */
  readonly partner: Int32Array
  /**
   * log q(course, matching) - log r(course | matching), where the course is who chose in which order. Under q each chooser is one of the nodes that
   * are left, and its partner one of the neighbours that it likes best; r takes all orders of the pairs and single nodes, and both ends of a
   * pair, as equally likely. On average over q it is at least the log-probability of the matching, whose own sum over courses has no closed form.
   */
  readonly logLaw: number
}

/**
 * A random maximal matching: nodes in random order, each unmatched one takes an unmatched neighbour. Its law commutes with every
 * renaming of the nodes.
 */
export function randomMatching(
  graph: PackedGraph,
  random: RandomStream,
  { preference = "low-degree", classes }: MatchingOptions = {},
): RandomMatching {
  const adjacency = adjacencyOf(graph)
  const { offsets, neighbours } = adjacency
  const degrees = degreesOf(graph)
  const partner = new Int32Array(graph.nodes).fill(-1)
  const ties = random.fold("ties").uniformValues([neighbours.length])
  const score = (v: number, w: number): number =>
    preference === "uniform" ? 0 : preference === "low-degree" ? -degrees[w]! : commonNeighbours(adjacency, v, w)
  let [left, logLaw] = [graph.nodes, 0]
  for (const v of random.fold("order").permutation(graph.nodes)) {
    if (partner[v]! >= 0) continue
    let [best, bestScore, bestTie, choices] = [-1, -Infinity, -1, 1]
    for (let i = offsets[v]!; i < offsets[v + 1]!; i++) {
      const w = neighbours[i]!
      if (partner[w]! >= 0 || (classes && classes[v] !== classes[w])) continue
      const value = score(v, w)
      choices = value > bestScore ? 1 : value === bestScore ? choices + 1 : choices
      if (value > bestScore || (value === bestScore && ties[i]! > bestTie)) [best, bestScore, bestTie] = [w, value, ties[i]!]
    }
    partner[v] = best < 0 ? v : best
    if (best >= 0) partner[best] = v
    logLaw -= Math.log(left * choices)
    left -= best < 0 ? 1 : 2
  }
  const pairs = partner.reduce((sum, w, v) => sum + (w > v ? 1 : 0), 0)
  for (let item = 2; item <= graph.nodes - pairs; item++) logLaw += Math.log(item)
  return { partner, logLaw: logLaw + pairs * Math.LN2 }
}
