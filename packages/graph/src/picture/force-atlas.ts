import { UndirectedGraph } from "graphology"
import forceAtlas2, { type ForceAtlas2Settings } from "graphology-layout-forceatlas2"
import { edgeCount, type PackedGraph } from "../graph/packed-graph.ts"

// The package is CommonJS, but its types describe an ES module: what they call its default is what is imported.
const layout = forceAtlas2 as unknown as typeof forceAtlas2.default

/**
 * Moves nodes by ForceAtlas2 (graphology's), from where they are; the same every time.
 *
 * @param places - x0, y0, x1, y1, ...; two nodes must not be at one point
 * @returns new places
 */
export function forceAtlas(graph: PackedGraph, places: Float64Array, iterations: number, settings: ForceAtlas2Settings): Float64Array {
  const instance = new UndirectedGraph()
  for (let v = 0; v < graph.nodes; v++) instance.addNode(v, { x: places[2 * v], y: places[2 * v + 1] })
  for (let e = 0; e < edgeCount(graph); e++) instance.addEdge(graph.edges[2 * e], graph.edges[2 * e + 1])
  const moved = layout(instance, { iterations, settings, getEdgeWeight: null })
  return Float64Array.from({ length: 2 * graph.nodes }, (_, i) => moved[i >> 1]![i % 2 === 0 ? "x" : "y"])
}
