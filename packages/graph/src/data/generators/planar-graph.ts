import type { RandomStream } from "@scalewise/nn"
import Delaunator from "delaunator"
import { packedGraph, type PackedGraph } from "../../graph/packed-graph.ts"

/** The Delaunay triangulation of uniform points in the unit square: connected, planar, 3 n - 3 - (points on the hull) edges. */
export function planarGraph(nodes: number, random: RandomStream): PackedGraph {
  if (nodes < 3) return packedGraph(nodes, nodes === 2 ? [0, 1] : [])
  const points = Float64Array.from(random.fold("points").uniformValues([nodes, 2]))
  const { triangles, halfedges } = new Delaunator(points)
  const pairs: number[] = []
  // Half-edges inside come in twos, those of the hull alone.
  for (const [e, opposite] of halfedges.entries()) if (opposite < e) pairs.push(triangles[e]!, triangles[e % 3 === 2 ? e - 2 : e + 1]!)
  return packedGraph(nodes, pairs)
}
