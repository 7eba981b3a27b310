import type { PackedGraph } from "../graph/packed-graph.ts"

/**
 * The graph of all edges that the next level can have: children of split nodes are joined, and every edge between two nodes offers all
 * pairs of their children. A pattern says which of these there are.
 *
 * Children are numbered by parent, then by slot. Bit 2 i + j of a pattern is the pair of child i of the smaller end and child j of the
 * larger one.
 */
export interface ChildPairs {
  /** Children in all. */
  readonly nodes: number
  /** Parent of each child. */
  readonly parent: Int32Array
  /** First child of each parent. */
  readonly first: Int32Array
  /** Ends of each pair, smaller first: siblings of split nodes, then the pairs of each edge. */
  readonly pairs: Int32Array
  /** The first so many pairs are siblings. */
  readonly siblings: number
  /** Edge of the parents' graph that each pair belongs to; -1 for siblings. */
  readonly edgeOf: Int32Array
  /** Pair of each edge and bit [edges x 4]; -1 where an end has no such child. */
  readonly slots: Int32Array
  /** The bits that each edge has, as a mask: 1 (neither end splits), 3 or 5 (one does), 15. */
  readonly shapes: Uint8Array
}

/** Child pairs of a graph whose nodes split (1) or do not (0). */
export function childPairs({ nodes, edges }: PackedGraph, splits: ArrayLike<number>): ChildPairs {
  const first = new Int32Array(nodes)
  let children = 0
  for (let v = 0; v < nodes; v++) {
    first[v] = children
    children += splits[v] ? 2 : 1
  }
  const parent = new Int32Array(children)
  const pairs: number[] = []
  const edgeOf: number[] = []
  for (let v = 0; v < nodes; v++) {
    parent[first[v]!] = v
    if (!splits[v]) continue
    parent[first[v]! + 1] = v
    pairs.push(first[v]!, first[v]! + 1)
    edgeOf.push(-1)
  }
  const siblings = edgeOf.length
  const count = edges.length / 2
  const slots = new Int32Array(4 * count).fill(-1)
  const shapes = new Uint8Array(count)
  for (let e = 0; e < count; e++) {
    const [u, v] = [edges[2 * e]!, edges[2 * e + 1]!]
    for (let i = 0; i <= (splits[u] ? 1 : 0); i++)
      for (let j = 0; j <= (splits[v] ? 1 : 0); j++) {
        slots[4 * e + 2 * i + j] = edgeOf.length
        shapes[e]! |= 1 << (2 * i + j)
        pairs.push(first[u]! + i, first[v]! + j)
        edgeOf.push(e)
      }
  }
  return { nodes: children, parent, first, pairs: Int32Array.from(pairs), siblings, edgeOf: Int32Array.from(edgeOf), slots, shapes }
}

/** Ends of the pairs that are edges of the next level: u0, v0, u1, v1, ..., given the pattern of each edge. */
export function joinedPairs(children: ChildPairs, patterns: ArrayLike<number>): number[] {
  const ends: number[] = []
  for (const [pair, isThere] of presentPairs(children, patterns).entries())
    if (isThere) ends.push(children.pairs[2 * pair]!, children.pairs[2 * pair + 1]!)
  return ends
}

/** Whether each pair is an edge of the next level, given the pattern of each edge (0 where it is not known: then none of its pairs). */
function presentPairs({ slots, siblings, edgeOf }: ChildPairs, patterns: ArrayLike<number>): Uint8Array {
  const present = new Uint8Array(edgeOf.length)
  present.fill(1, 0, siblings)
  for (let slot = 0; slot < slots.length; slot++) {
    const pair = slots[slot]!
    if (pair >= 0) present[pair] = (patterns[slot >> 2]! >> (slot & 3)) & 1
  }
  return present
}

/** A pattern when the ends of its edge exchange places: bit 2 i + j becomes bit 2 j + i. */
export const transposedPattern = (mask: number): number => (mask & 0b1001) | ((mask & 0b0010) << 1) | ((mask & 0b0100) >> 1)
