import { adjacencyOf, commonNeighbours, type PackedGraph } from "../graph/packed-graph.ts"

/** Degrees that have a feature of their own. */
const degreeKinds = 6

/** Columns of `structuralFeatures` for a node. */
export const structuralNodeFeatures = (walks: number): number => 3 + degreeKinds + walks

/** Columns of `structuralFeatures` for an edge. */
export const structuralEdgeFeatures = (walks: number): number => 1 + walks

/** What a graph's structure says about its nodes and edges, the same under any numbering. */
export interface StructuralFeatures {
  /** Per node: log(1 + degree), degree 1 to 6 as one-hot, log(1 + triangles), local clustering, return probabilities of walks. */
  readonly nodes: Float32Array
  /** Per pair: log(1 + common neighbours), probabilities of walks between its ends (mean of both directions). */
  readonly edges: Float32Array
}

/**
 * Features of nodes and edges: degrees, triangles, common neighbours and, with `walks` > 0, probabilities of random walks of 1 .. `walks`
 * steps (the relative random walk probabilities of GRIT, Ma et al. 2023, on the diagonal and on the pairs).
 *
 * @param pairs - u0, v0, u1, v1, ...: pairs to describe. The edges where absent
 */
export function structuralFeatures(graph: PackedGraph, walks = 0, pairs: Int32Array = graph.edges): StructuralFeatures {
  const { nodes: n, edges } = graph
  const adjacency = adjacencyOf(graph)
  const { offsets } = adjacency
  const m = edges.length / 2
  const [nodeWidth, edgeWidth] = [structuralNodeFeatures(walks), structuralEdgeFeatures(walks)]
  const nodes = new Float32Array(n * nodeWidth)
  const pairFeatures = new Float32Array((pairs.length / 2) * edgeWidth)
  const triangles = new Float64Array(n) // counted twice, once for each edge of the node in it
  for (let e = 0; e < m; e++) {
    const [u, v] = [edges[2 * e]!, edges[2 * e + 1]!]
    const common = commonNeighbours(adjacency, u, v)
    triangles[u]! += common
    triangles[v]! += common
    if (pairs === edges) pairFeatures[e * edgeWidth] = Math.log1p(common)
  }
  if (pairs !== edges)
    for (let e = 0; e < pairs.length / 2; e++)
      pairFeatures[e * edgeWidth] = Math.log1p(commonNeighbours(adjacency, pairs[2 * e]!, pairs[2 * e + 1]!))
  for (let v = 0; v < n; v++) {
    const degree = offsets[v + 1]! - offsets[v]!
    const at = v * nodeWidth
    nodes[at] = Math.log1p(degree)
    if (degree >= 1 && degree <= degreeKinds) nodes[at + degree] = 1
    nodes[at + degreeKinds + 1] = Math.log1p(triangles[v]! / 2)
    nodes[at + degreeKinds + 2] = degree > 1 ? triangles[v]! / (degree * (degree - 1)) : 0
  }
  if (walks > 0) walkProbabilities(graph, walks, { nodes, nodeWidth, pairs, edges: pairFeatures, edgeWidth })
  return { nodes, edges: pairFeatures }
}

interface WalkColumns {
  readonly nodes: Float32Array
  readonly nodeWidth: number
  readonly pairs: Int32Array
  readonly edges: Float32Array
  readonly edgeWidth: number
}

/** Writes the last columns: powers of the transition matrix, each a sparse product of the one before. */
function walkProbabilities(graph: PackedGraph, walks: number, columns: WalkColumns): void {
  const { nodes: n } = graph
  const { pairs } = columns
  const { offsets, neighbours } = adjacencyOf(graph)
  let power = new Float64Array(n * n)
  for (let v = 0; v < n; v++) power[v * n + v] = 1
  for (let walk = 0; walk < walks; walk++) {
    const next = new Float64Array(n * n)
    for (let v = 0; v < n; v++) {
      const degree = offsets[v + 1]! - offsets[v]!
      for (let i = offsets[v]!; i < offsets[v + 1]!; i++) {
        const from = neighbours[i]! * n
        for (let w = 0; w < n; w++) next[v * n + w]! += power[from + w]! / degree
      }
    }
    power = next
    for (let v = 0; v < n; v++) columns.nodes[v * columns.nodeWidth + columns.nodeWidth - walks + walk] = power[v * n + v]!
    for (let e = 0; e < pairs.length / 2; e++) {
      const [u, v] = [pairs[2 * e]!, pairs[2 * e + 1]!]
      columns.edges[e * columns.edgeWidth + 1 + walk] = (power[u * n + v]! + power[v * n + u]!) / 2
    }
  }
}
