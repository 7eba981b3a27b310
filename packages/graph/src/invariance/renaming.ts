import { transposedPattern } from "../contraction/child-pairs.ts"
import { packedGraph, type PackedGraph } from "../graph/packed-graph.ts"

/** A renaming of a graph's nodes, and what it does to its edges. */
export interface Renaming {
  /** The graph under the new names, without labels. */
  readonly graph: PackedGraph
  /** New name of each node. */
  readonly nodes: Int32Array
  /** New number of each edge. */
  readonly edges: Int32Array
  /** Per edge, 1 where its ends exchange places: the smaller name was given to the larger one. */
  readonly turned: Uint8Array
}

/** The renaming of node v to `nodes[v]`. */
export function renaming({ nodes: count, edges }: PackedGraph, nodes: Int32Array): Renaming {
  const renamed = packedGraph(
    count,
    edges.map((end) => nodes[end]!),
  )
  const places = new Map<number, number>()
  for (let e = 0; e < renamed.edges.length / 2; e++) places.set(renamed.edges[2 * e]! * count + renamed.edges[2 * e + 1]!, e)
  const moved = new Int32Array(edges.length / 2)
  const turned = new Uint8Array(edges.length / 2)
  for (let e = 0; e < moved.length; e++) {
    const [u, v] = [nodes[edges[2 * e]!]!, nodes[edges[2 * e + 1]!]!]
    turned[e] = u > v ? 1 : 0
    moved[e] = places.get(Math.min(u, v) * count + Math.max(u, v))!
  }
  return { graph: renamed, nodes, edges: moved, turned }
}

/** The renaming that takes every new name back. */
export function inverse(order: Int32Array): Int32Array {
  const found = new Int32Array(order.length)
  for (const [from, to] of order.entries()) found[to] = from
  return found
}

/** Rows of `width` numbers, row i moved to place `to[i]`. */
export function movedRows<Values extends Uint8Array | Int32Array | Float32Array>(values: Values, to: ArrayLike<number>, width = 1): Values {
  const found = values.slice() as Values
  for (let row = 0; row < to.length; row++) found.set(values.subarray(row * width, (row + 1) * width), to[row]! * width)
  return found
}

/** Patterns of a graph's edges under a renaming. */
export const renamedPatterns = (patterns: Uint8Array, { edges, turned }: Renaming): Uint8Array =>
  movedRows(
    patterns.map((mask, e) => (turned[e] ? transposedPattern(mask) : mask)),
    edges,
  )

/** Where the children of nodes go that are numbered by parent and slot, when the parents are renamed. */
export function renamedChildren(splits: ArrayLike<number>, nodes: Int32Array): Int32Array {
  const from = inverse(nodes)
  const first = new Int32Array(nodes.length)
  let count = 0
  for (const v of from) {
    first[v] = count
    count += splits[v] ? 2 : 1
  }
  const moved: number[] = []
  for (let v = 0; v < nodes.length; v++) {
    moved.push(first[v]!)
    if (splits[v]) moved.push(first[v]! + 1)
  }
  return Int32Array.from(moved)
}
