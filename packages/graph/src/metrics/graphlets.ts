import { adjacencyOf, degreesOf, edgeCount, type PackedGraph } from "../graph/packed-graph.ts"

/** How often each connected graph on up to four nodes is an induced subgraph. */
export interface GraphletCounts {
  readonly edge: number
  /** Two edges that share a node, the third absent. */
  readonly wedge: number
  readonly triangle: number
  readonly path: number
  readonly star: number
  readonly cycle: number
  /** A triangle with one pendant node. */
  readonly paw: number
  /** Two triangles that share an edge. */
  readonly diamond: number
  readonly clique: number
  /** Triangles through each node. */
  readonly trianglesAt: Int32Array
}

/**
 * Counts induced subgraphs without visiting each: numbers of edges, wedges and common neighbours give the subgraphs that are not
 * necessarily induced, and a triangular system turns these into induced ones. Time: the sum of squared degrees, and 4-cliques.
 */
export function graphletCounts(graph: PackedGraph): GraphletCounts {
  const { nodes } = graph
  const { offsets, neighbours } = adjacencyOf(graph)
  const degrees = degreesOf(graph)
  const trianglesAt = new Int32Array(nodes)
  const common = new Int32Array(nodes) // common neighbours of u and each node
  const mark = new Int32Array(nodes)
  const candidates = new Int32Array(nodes)
  let [wedges, stars, paths, cycles, diamonds, cliques, triangles] = [0, 0, 0, 0, 0, 0, 0]
  for (let u = 0; u < nodes; u++) {
    const degree = degrees[u]!
    wedges += choose2(degree)
    stars += (degree * (degree - 1) * (degree - 2)) / 6
    const touched: number[] = []
    for (let i = offsets[u]!; i < offsets[u + 1]!; i++) {
      const v = neighbours[i]!
      for (let j = offsets[v]!; j < offsets[v + 1]!; j++) {
        const w = neighbours[j]!
        if (w <= u) continue
        if (common[w] === 0) touched.push(w)
        common[w]!++
      }
    }
    for (let i = offsets[u]!; i < offsets[u + 1]!; i++) {
      const v = neighbours[i]!
      if (v < u) continue
      paths += (degree - 1) * (degrees[v]! - 1)
      diamonds += choose2(common[v]!)
      trianglesAt[u]! += common[v]!
      trianglesAt[v]! += common[v]!
    }
    for (const w of touched) {
      cycles += choose2(common[w]!)
      common[w] = 0
    }
    // Cliques whose smallest node is u: v among later neighbours, then pairs that see u and v
    for (let i = offsets[u]!; i < offsets[u + 1]!; i++) if (neighbours[i]! > u) mark[neighbours[i]!] = 1
    for (let i = offsets[u]!; i < offsets[u + 1]!; i++) {
      const v = neighbours[i]!
      if (v < u) continue
      let found = 0
      for (let j = offsets[v]!; j < offsets[v + 1]!; j++) {
        const w = neighbours[j]!
        if (w < v || mark[w] !== 1) continue
        candidates[found++] = w
        mark[w] = 2
      }
      for (let c = 0; c < found; c++) {
        const w = candidates[c]!
        for (let j = offsets[w]!; j < offsets[w + 1]!; j++) if (neighbours[j]! > w && mark[neighbours[j]!] === 2) cliques++
      }
      for (let c = 0; c < found; c++) mark[candidates[c]!] = 1
    }
    for (let i = offsets[u]!; i < offsets[u + 1]!; i++) mark[neighbours[i]!] = 0
  }
  let paws = 0
  for (let v = 0; v < nodes; v++) {
    trianglesAt[v]! /= 2 // each was seen from both of its edges at v
    triangles += trianglesAt[v]! / 3
    paws += trianglesAt[v]! * (degrees[v]! - 2)
  }
  triangles = Math.round(triangles)
  cycles /= 2 // each has two diagonals
  paths -= 3 * triangles
  // From subgraphs to induced subgraphs, densest first
  const diamond = diamonds - 6 * cliques
  const cycle = cycles - diamond - 3 * cliques
  const paw = paws - 4 * diamond - 12 * cliques
  const star = stars - paw - 2 * diamond - 4 * cliques
  const path = paths - 4 * cycle - 2 * paw - 6 * diamond - 12 * cliques
  return {
    edge: edgeCount(graph),
    wedge: wedges - 3 * triangles,
    triangle: triangles,
    path,
    star,
    cycle,
    paw,
    diamond,
    clique: cliques,
    trianglesAt,
  }
}

/**
 * How many nodes (with repetition) sit in each of the 15 orbits of graphlets on two to four nodes, in the order of Przulj (2007) and ORCA:
 * the column sums of a graph's orbit counts.
 */
export function orbitTotals(counts: GraphletCounts): Float64Array {
  const { edge, wedge, triangle, path, star, cycle, paw, diamond, clique } = counts
  return Float64Array.from([
    2 * edge,
    2 * wedge, // ends
    wedge, // middles
    3 * triangle,
    2 * path, // ends
    2 * path, // inner nodes
    3 * star, // leaves
    star, // centres
    4 * cycle,
    paw, // pendant nodes
    2 * paw, // of degree two
    paw, // of degree three
    2 * diamond, // of degree two
    2 * diamond, // of degree three
    4 * clique,
  ])
}

/** Share of pairs of neighbours that are joined, of every node; 0 below degree two (Watts and Strogatz, 1998). */
export function localClustering(graph: PackedGraph, { trianglesAt }: GraphletCounts): Float64Array {
  return Float64Array.from(degreesOf(graph), (degree, v) => (degree < 2 ? 0 : (2 * trianglesAt[v]!) / (degree * (degree - 1))))
}

const choose2 = (n: number): number => (n * (n - 1)) / 2
