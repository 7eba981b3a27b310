import { adjacencyOf, type PackedGraph } from "../graph/packed-graph.ts"

/** Edges on the shortest way between all pairs of nodes, [n, n]; between components the largest distance inside one. */
export function graphDistances(graph: PackedGraph): Float32Array {
  const { nodes } = graph
  const { offsets, neighbours } = adjacencyOf(graph)
  const distances = new Float32Array(nodes * nodes).fill(-1)
  const queue = new Int32Array(nodes)
  let furthest = 1
  for (let source = 0; source < nodes; source++) {
    const row = distances.subarray(source * nodes, (source + 1) * nodes)
    row[source] = 0
    queue[0] = source
    for (let head = 0, tail = 1; head < tail; head++) {
      const v = queue[head]!
      for (let i = offsets[v]!; i < offsets[v + 1]!; i++) {
        const w = neighbours[i]!
        if (row[w]! >= 0) continue
        row[w] = row[v]! + 1
        furthest = Math.max(furthest, row[w])
        queue[tail++] = w
      }
    }
  }
  for (let i = 0; i < distances.length; i++) if (distances[i]! < 0) distances[i] = furthest
  return distances
}
