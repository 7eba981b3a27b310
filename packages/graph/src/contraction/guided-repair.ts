import { packedGraph, type PackedGraph } from "../graph/packed-graph.ts"
import { joinedPairs, type ChildPairs } from "./child-pairs.ts"

/** A level whose codes are all drawn. */
export interface DrawnLevel {
  readonly graph: PackedGraph
  readonly children: ChildPairs
  readonly splits: Uint8Array
  readonly patterns: Uint8Array
}

/**
 * Patterns of a level with those hidden again (0) that break a property. The property must pass from a graph to its minors, as planarity
 * does: the coarse graph has it, and so the splits are tried one after the other, in the order given, and those that would break it are
 * left out; the patterns of their edges are to be drawn anew. Returns the patterns unchanged where nothing is broken.
 */
export function repairedPatterns(level: DrawnLevel, holds: (graph: PackedGraph) => boolean, order: ArrayLike<number>): Uint8Array {
  const { graph, children, splits, patterns } = level
  const fine = joinedPairs(children, patterns)
  if (holds(merged(fine, children, splits))) return patterns
  const applied = new Uint8Array(graph.nodes)
  const refused = new Uint8Array(graph.nodes)
  for (let i = 0; i < order.length; i++) {
    const v = order[i]!
    if (!splits[v]) continue
    applied[v] = 1
    if (holds(merged(fine, children, applied))) continue
    applied[v] = 0
    refused[v] = 1
  }
  return patterns.map((mask, e) =>
    children.shapes[e] !== 1 && (refused[graph.edges[2 * e]!] || refused[graph.edges[2 * e + 1]!]) ? 0 : mask,
  )
}

/** The finer graph with the children of all nodes that are not `applied` merged again. */
function merged(fine: readonly number[], { nodes, parent, first }: ChildPairs, applied: Uint8Array): PackedGraph {
  const name = new Int32Array(nodes)
  let count = 0
  for (let child = 0; child < nodes; child++) {
    const from = parent[child]!
    name[child] = child === first[from]! || applied[from] ? count++ : name[first[from]!]!
  }
  const seen = new Set<number>()
  for (let i = 0; i < fine.length; i += 2) {
    const [u, v] = [name[fine[i]!]!, name[fine[i + 1]!]!]
    if (u !== v) seen.add(Math.min(u, v) * count + Math.max(u, v))
  }
  return packedGraph(
    count,
    Array.from(seen).flatMap((key) => [Math.floor(key / count), key % count]),
  )
}
