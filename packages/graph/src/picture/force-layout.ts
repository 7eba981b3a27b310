import { randomStream, type RandomStream } from "@scalewise/nn"
import { edgeCount, type PackedGraph } from "../graph/packed-graph.ts"
import { countCrossings } from "./crossings.ts"
import { forceAtlas } from "./force-atlas.ts"
import { graphDistances } from "./graph-distances.ts"
import { planarLayout } from "./planar-layout.ts"
import { relax } from "./relax.ts"
import { stressLayout } from "./stress-layout.ts"

/** Beyond so many nodes a table of all distances is too large, and springs take over. */
const mostNodes = 3000

/** Beyond so many edges crossings are not looked for. */
const mostEdges = 1000

/** Options of `forceLayout`. */
export interface ForceLayoutOptions {
  /** Where nodes start from. @defaultValue a stream that is always the same */
  readonly random?: RandomStream
}

/**
 * Places for the nodes of a graph, to draw it: distances in the plane are like distances in the graph (stress). Where that makes edges
 * cross although the graph is planar, a drawing without crossings is relaxed instead. Beyond 3,000 nodes ForceAtlas2 places them. The
 * same graph and stream give the same places.
 *
 * @returns x0, y0, x1, y1, ...; the length of an edge is about 1, except beyond 3,000 nodes
 */
export function forceLayout(graph: PackedGraph, { random = randomStream("layout") }: ForceLayoutOptions = {}): Float64Array {
  if (graph.nodes > mostNodes) {
    const start = Float64Array.from(random.uniformValues([2 * graph.nodes]), (value) => 100 * value)
    return forceAtlas(graph, start, 300, { barnesHutOptimize: true, scalingRatio: 2, gravity: 0.05, slowDown: 2 })
  }
  const distances = graphDistances(graph)
  const places = stressLayout(graph, distances, random)
  if (edgeCount(graph) > mostEdges || countCrossings(graph, places) === 0) return places
  const planar = planarLayout(graph)
  if (!planar || countCrossings(graph, planar) > 0) return places
  relax(graph, planar, distances, random.fold("relax"))
  return planar
}
