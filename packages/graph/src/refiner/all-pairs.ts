import { trianglesOf } from "./pair-graph.ts"

const pairsOf = new Map<number, Int32Array>()
const trianglesIn = new Map<number, Int32Array>()

/** All pairs of n nodes, 0-1, 0-2, .., as a dense refiner takes them; the same array every time. */
export function allPairs(nodes: number): Int32Array {
  const known = pairsOf.get(nodes)
  if (known) return known
  const pairs = new Int32Array(nodes * (nodes - 1))
  let at = 0
  for (let u = 0; u < nodes; u++)
    for (let v = u + 1; v < nodes; v++) {
      pairs[at++] = u
      pairs[at++] = v
    }
  pairsOf.set(nodes, pairs)
  return pairs
}

/** Number of the pair u-v, in either order, in `allPairs(nodes)`. */
export function pairNumber(nodes: number, u: number, v: number): number {
  const [low, high] = u < v ? [u, v] : [v, u]
  return low * nodes - (low * (low + 1)) / 2 + high - low - 1
}

/** All triples of n nodes, as three numbers in `allPairs(nodes)` each; the same array every time. */
export function allTriangles(nodes: number): Int32Array {
  const known = trianglesIn.get(nodes) ?? trianglesOf(nodes, allPairs(nodes))
  trianglesIn.set(nodes, known)
  return known
}
