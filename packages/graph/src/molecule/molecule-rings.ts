import { adjacencyOf, componentsOf, type PackedGraph } from "../graph/packed-graph.ts"

/**
 * Sizes of the rings in a smallest set of smallest rings, ascending: a minimum cycle basis, whose sizes are the same however ties
 * are broken (Horton 1987). There are m - n + components of them; cubane has five of size 4.
 */
export function ringSizes(graph: PackedGraph): number[] {
  const edges = graph.edges.length / 2
  const count = edges - graph.nodes + componentsOf(graph).count
  if (count === 0) return []
  const words = Math.ceil(edges / 32)
  // Rows of a triangular matrix over GF(2): the basis so far, each with the bit that leads it.
  const basis: { readonly lead: number; readonly cycle: Uint32Array }[] = []
  const sizes: number[] = []
  for (const candidates of cyclesBySize(graph, words)) {
    for (const candidate of candidates ?? []) {
      const size = bitCount(candidate)
      for (const { lead, cycle } of basis)
        if ((candidate[lead >> 5]! >>> (lead & 31)) & 1) for (let w = 0; w < words; w++) candidate[w]! ^= cycle[w]!
      const word = candidate.findIndex((bits) => bits !== 0)
      if (word < 0) continue
      basis.push({ lead: 32 * word + 31 - Math.clz32(candidate[word]!), cycle: candidate })
      sizes.push(size)
      if (sizes.length === count) return sizes
    }
  }
  return sizes
}

/** Horton's candidates: an edge, and the shortest paths from a node to its ends where these meet in that node alone. Entry s: those of s edges. */
function cyclesBySize(graph: PackedGraph, words: number): (Uint32Array[] | undefined)[] {
  const { edges, nodes } = graph
  const { offsets, neighbours, edgeOf } = adjacencyOf(graph)
  const bySize: (Uint32Array[] | undefined)[] = []
  const inRing = twoCore(graph)
  for (let root = 0; root < nodes; root++) {
    if (!inRing[root]) continue
    const distance = new Int32Array(nodes).fill(-1)
    const paths: Uint32Array[] = []
    const branch = new Int32Array(nodes).fill(-1) // the neighbour of the root that the path goes through
    const queue = [root]
    distance[root] = 0
    paths[root] = new Uint32Array(words)
    for (const v of queue) {
      for (let i = offsets[v]!; i < offsets[v + 1]!; i++) {
        const [w, edge] = [neighbours[i]!, edgeOf[i]!]
        if (!inRing[w] || distance[w]! >= 0) continue
        distance[w] = distance[v]! + 1
        branch[w] = v === root ? w : branch[v]!
        const path = paths[v]!.slice()
        path[edge >> 5]! |= 1 << (edge & 31)
        paths[w] = path
        queue.push(w)
      }
    }
    for (let e = 0; e < edges.length / 2; e++) {
      const [u, v] = [edges[2 * e]!, edges[2 * e + 1]!]
      if (distance[u]! < 0 || distance[v]! < 0 || branch[u] === branch[v] || (paths[u]![e >> 5]! | paths[v]![e >> 5]!) & (1 << (e & 31)))
        continue
      const cycle = paths[u]!.map((bits, w) => bits ^ paths[v]![w]!)
      cycle[e >> 5]! |= 1 << (e & 31)
      ;(bySize[distance[u]! + distance[v]! + 1] ??= []).push(cycle)
    }
  }
  return bySize
}

/** 1 for the nodes that remain when nodes of degree 0 and 1 are taken away again and again: no other is on a ring. */
function twoCore(graph: PackedGraph): Uint8Array {
  const { offsets, neighbours } = adjacencyOf(graph)
  const degree = Int32Array.from({ length: graph.nodes }, (_, v) => offsets[v + 1]! - offsets[v]!)
  const kept = new Uint8Array(graph.nodes).fill(1)
  const leaves = [...degree.keys()].filter((v) => degree[v]! <= 1)
  for (let v = leaves.pop(); v !== undefined; v = leaves.pop()) {
    if (!kept[v]) continue
    kept[v] = 0
    for (let i = offsets[v]!; i < offsets[v + 1]!; i++) if (--degree[neighbours[i]!]! === 1) leaves.push(neighbours[i]!)
  }
  return kept
}

function bitCount(words: Uint32Array): number {
  let count = 0
  for (const word of words) for (let bits = word; bits !== 0; bits &= bits - 1) count++
  return count
}
