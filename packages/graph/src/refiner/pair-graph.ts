/**
 * What a refiner looks at: nodes, some of their pairs (the edges of a sparse graph, the candidates of a level, or all pairs) and the
 * triangles among these, with features as plain numbers.
 */
export interface PairGraph {
  readonly nodes: number
  /** u0, v0, u1, v1, ...: ends of each pair, in either order. */
  readonly pairs: Int32Array
  /** Pairs of each triangle, three a triangle; empty where the refiner takes none. */
  readonly triangles: Int32Array
  /** Features of a node and of a pair. */
  readonly widths: { readonly nodes: number; readonly pairs: number }
  /** [nodes, node features] */
  readonly nodeFeatures: Float32Array
  /** [pairs, pair features] */
  readonly pairFeatures: Float32Array
  /** [global features] */
  readonly globals: Float32Array
}

/** All triangles of a set of pairs, as triples of pair numbers; each once. */
export function trianglesOf(nodes: number, pairs: Int32Array): Int32Array {
  // Rows of larger neighbours: every triangle u < v < w is found once, from its pair u-v.
  const count = pairs.length / 2
  const offsets = new Int32Array(nodes + 1)
  const low = (e: number): number => Math.min(pairs[2 * e]!, pairs[2 * e + 1]!)
  const high = (e: number): number => Math.max(pairs[2 * e]!, pairs[2 * e + 1]!)
  for (let e = 0; e < count; e++) offsets[low(e) + 1]!++
  for (let v = 0; v < nodes; v++) offsets[v + 1]! += offsets[v]!
  const next = offsets.slice(0, nodes)
  const pairAt = new Int32Array(count)
  for (let e = 0; e < count; e++) pairAt[next[low(e)]!++] = e
  const to = new Int32Array(nodes).fill(-1) // pair from u to each of its larger neighbours, for the u at hand
  const found: number[] = []
  for (let u = 0; u < nodes; u++) {
    for (let i = offsets[u]!; i < offsets[u + 1]!; i++) to[high(pairAt[i]!)] = pairAt[i]!
    for (let i = offsets[u]!; i < offsets[u + 1]!; i++) {
      const v = high(pairAt[i]!)
      for (let j = offsets[v]!; j < offsets[v + 1]!; j++) {
        const third = to[high(pairAt[j]!)]!
        if (third >= 0) found.push(pairAt[i]!, pairAt[j]!, third)
      }
    }
    for (let i = offsets[u]!; i < offsets[u + 1]!; i++) to[high(pairAt[i]!)] = -1
  }
  return Int32Array.from(found)
}
