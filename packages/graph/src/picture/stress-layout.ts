import type { RandomStream } from "@scalewise/nn"
import type { PackedGraph } from "../graph/packed-graph.ts"

/** Sweeps over all pairs of nodes, fewer where there are many; the step shrinks from the largest to a tenth of the smallest squared distance. */
const sweepsFor = (nodes: number): number => (nodes > 500 ? 20 : 40)
const lastStep = 0.1

/**
 * Places nodes so that distances in the plane are like distances in the graph: stochastic gradient descent on stress (Zheng, Pawar,
 * Goodman 2019). Meshes, grids and trees unfold; time and memory grow with the square of the nodes. Parts that are not connected are kept
 * as far apart as the largest is wide.
 *
 * @param distances - of the graph
 * @returns x0, y0, x1, y1, ... in units of one edge
 */
export function stressLayout({ nodes }: PackedGraph, distances: Float32Array, random: RandomStream): Float64Array {
  const places = Float64Array.from(random.fold("start").uniformValues([2 * nodes]), (value) => value * Math.sqrt(nodes))
  const sweeps = sweepsFor(nodes)
  const first = distances.reduce((a, b) => Math.max(a, b), 1) ** 2
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const step = first * (lastStep / first) ** (sweep / (sweeps - 1))
    // Rows in one random order, the other ends in another: each pair is met once.
    const rows = random.fold("rows").fold(sweep).permutation(nodes)
    const columns = random.fold("columns").fold(sweep).permutation(nodes)
    for (const u of rows)
      for (const v of columns) {
        if (u <= v) continue
        const ideal = distances[u * nodes + v]!
        const dx = places[2 * u]! - places[2 * v]!
        const dy = places[2 * u + 1]! - places[2 * v + 1]!
        const length = Math.max(1e-9, Math.sqrt(dx * dx + dy * dy)) // twice as fast as hypot
        // Each end moves half the way, at most (weight 1 / ideal^2).
        const move = (Math.min(1, step / ideal ** 2) * (ideal - length)) / (2 * length)
        places[2 * u]! += move * dx
        places[2 * u + 1]! += move * dy
        places[2 * v]! -= move * dx
        places[2 * v + 1]! -= move * dy
      }
  }
  return places
}
