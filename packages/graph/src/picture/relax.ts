import type { RandomStream } from "@scalewise/nn"
import { adjacencyOf, edgeCount, type Adjacency, type PackedGraph } from "../graph/packed-graph.ts"
import { cross } from "./crossings.ts"

/** Places that are tried for a node in a round, in lengths of its edges: about where it is, near and far. */
const reaches = [0.1, 0.3, 0.8]

const rounds = 40

/**
 * Moves nodes one by one to where distances in the plane are more like distances in the graph, but never so that edges cross; a round
 * costs about the square of the edges.
 *
 * @param places - a drawing without crossings: x0, y0, ...; changed in place
 * @param distances - of the graph, [n, n]
 */
export function relax(graph: PackedGraph, places: Float64Array, distances: Float32Array, random: RandomStream): void {
  const adjacency = adjacencyOf(graph)
  for (let round = 0; round < rounds; round++) {
    const stream = random.fold(round)
    const noise = stream.fold("places").normalValues([graph.nodes, reaches.length, 2])
    for (const v of stream.permutation(graph.nodes)) {
      let best = stressOf(places, distances, v)
      const reach = meanLength(adjacency, places, v)
      let [x, y] = [places[2 * v]!, places[2 * v + 1]!]
      for (const [i, share] of reaches.entries()) {
        const at = 2 * (v * reaches.length + i)
        places[2 * v] = x + share * reach * noise[at]!
        places[2 * v + 1] = y + share * reach * noise[at + 1]!
        const tried = stressOf(places, distances, v)
        if (tried < best && isFree(graph, adjacency, places, v)) {
          best = tried
          ;[x, y] = [places[2 * v]!, places[2 * v + 1]!]
        }
      }
      places[2 * v] = x
      places[2 * v + 1] = y
    }
  }
}

function stressOf(places: Float64Array, distances: Float32Array, v: number): number {
  const nodes = places.length / 2
  let stress = 0
  for (let w = 0; w < nodes; w++) {
    if (w === v) continue
    const ideal = distances[v * nodes + w]!
    stress += (Math.hypot(places[2 * v]! - places[2 * w]!, places[2 * v + 1]! - places[2 * w + 1]!) / ideal - 1) ** 2
  }
  return stress
}

/** Whether no edge of the node crosses another. */
function isFree(graph: PackedGraph, { offsets, neighbours }: Adjacency, places: Float64Array, v: number): boolean {
  for (let i = offsets[v]!; i < offsets[v + 1]!; i++)
    for (let e = 0; e < edgeCount(graph); e++)
      if (cross(places, v, neighbours[i]!, graph.edges[2 * e]!, graph.edges[2 * e + 1]!)) return false
  return true
}

function meanLength({ offsets, neighbours }: Adjacency, places: Float64Array, v: number): number {
  let sum = 0
  for (let i = offsets[v]!; i < offsets[v + 1]!; i++)
    sum += Math.hypot(places[2 * v]! - places[2 * neighbours[i]!]!, places[2 * v + 1]! - places[2 * neighbours[i]! + 1]!)
  return sum / Math.max(1, offsets[v + 1]! - offsets[v]!)
}
