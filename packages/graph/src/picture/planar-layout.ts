import { adjacencyOf, packedGraph, type PackedGraph } from "../graph/packed-graph.ts"
import { planarFaces } from "./planar-faces.ts"
import { withoutCutNodes } from "./without-cut-nodes.ts"

/** Times that the pulls of the edges are chosen anew, and sweeps over the nodes for each. */
const rounds = 30
const sweeps = 60

/**
 * A drawing of a planar graph without crossings: the longest face is a circle, and every other node is where its neighbours pull it (Tutte
 * 1963), longer edges more, so that nodes spread.
 *
 * @returns x0, y0, x1, y1, ..., about one unit for an edge; undefined for a graph that is not planar or has fewer than 4 nodes
 */
export function planarLayout(graph: PackedGraph): Float64Array | undefined {
  if (graph.nodes < 4) return undefined
  const faces = planarFaces(withoutCutNodes(graph))
  if (!faces) return undefined
  const outer = faces.reduce((a, b) => (b.length > a.length ? b : a))
  // A node in every other face with more than three sides: with triangles only, no pull can fold the drawing (Floater 1997).
  const centres = faces.filter((face) => face !== outer && face.length > 3)
  const pairs = new Map<number, [number, number]>()
  const total = graph.nodes + centres.length
  const add = (u: number, v: number): void => void pairs.set(Math.min(u, v) * total + Math.max(u, v), [u, v])
  for (const face of faces) for (const [i, v] of face.entries()) add(v, face[(i + 1) % face.length]!)
  for (const [i, face] of centres.entries()) for (const v of face) add(graph.nodes + i, v)
  const places = pulled(packedGraph(total, [...pairs.values()].flat()), outer)
  return places.slice(0, 2 * graph.nodes)
}

function pulled(graph: PackedGraph, outer: readonly number[]): Float64Array {
  const { offsets, neighbours } = adjacencyOf(graph)
  const places = new Float64Array(2 * graph.nodes)
  const radius = 0.6 * Math.sqrt(graph.nodes)
  for (const [i, v] of outer.entries()) {
    places[2 * v] = radius * Math.cos((2 * Math.PI * i) / outer.length)
    places[2 * v + 1] = radius * Math.sin((2 * Math.PI * i) / outer.length)
  }
  const fixed = new Set(outer)
  const weights = new Float64Array(neighbours.length).fill(1)
  for (let round = 0; round < rounds; round++) {
    for (let sweep = 0; sweep < sweeps; sweep++)
      for (let v = 0; v < graph.nodes; v++) {
        if (fixed.has(v)) continue
        let [x, y, sum] = [0, 0, 0]
        for (let i = offsets[v]!; i < offsets[v + 1]!; i++) {
          x += weights[i]! * places[2 * neighbours[i]!]!
          y += weights[i]! * places[2 * neighbours[i]! + 1]!
          sum += weights[i]!
        }
        places[2 * v] = x / sum
        places[2 * v + 1] = y / sum
      }
    for (let v = 0; v < graph.nodes; v++)
      for (let i = offsets[v]!; i < offsets[v + 1]!; i++) {
        const w = neighbours[i]!
        const pull = weights[i]! * (0.2 + Math.hypot(places[2 * v]! - places[2 * w]!, places[2 * v + 1]! - places[2 * w + 1]!))
        weights[i] = Math.min(1e3, Math.max(1e-3, pull))
      }
  }
  return places
}
