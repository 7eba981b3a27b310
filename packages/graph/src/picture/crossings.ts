import type { PackedGraph } from "../graph/packed-graph.ts"

/** Pairs of edges that cross in a drawing; edges that share a node do not. */
export function countCrossings({ edges }: PackedGraph, places: Float64Array): number {
  let count = 0
  for (let e = 0; e < edges.length; e += 2)
    for (let f = 0; f < e; f += 2) if (cross(places, edges[e]!, edges[e + 1]!, edges[f]!, edges[f + 1]!)) count++
  return count
}

/** Whether the segments between the nodes a and b, and c and d, cross; segments with a common end do not. */
export function cross(places: Float64Array, a: number, b: number, c: number, d: number): boolean {
  if (a === c || a === d || b === c || b === d) return false
  return side(places, a, b, c) !== side(places, a, b, d) && side(places, c, d, a) !== side(places, c, d, b)
}

/** On which side of the line from a to b a node lies. */
const side = (places: Float64Array, a: number, b: number, c: number): boolean =>
  (places[2 * b]! - places[2 * a]!) * (places[2 * c + 1]! - places[2 * a + 1]!) >
  (places[2 * b + 1]! - places[2 * a + 1]!) * (places[2 * c]! - places[2 * a]!)
