import { edgeCount, isConnected, type PackedGraph } from "../graph/packed-graph.ts"
import { degreeHistogram } from "./graph-descriptors.ts"
import { graphletCounts, localClustering, orbitTotals } from "./graphlets.ts"
import { laplacianSpectrum } from "./laplacian-spectrum.ts"
import { isPlanar } from "./planarity.ts"

/** What metrics see in one graph, as plain JSON. */
export interface GraphDescription {
  readonly nodes: number
  readonly edges: number
  /** Nodes of degree 0, 1, ... */
  readonly degreeHistogram: readonly number[]
  /** Nodes in each of the 15 orbits of graphlets on two to four nodes. */
  readonly orbitTotals: readonly number[]
  /** Eigenvalues of the normalised Laplacian, ascending. */
  readonly laplacianSpectrum: readonly number[]
  readonly triangles: number
  /** Mean of the local clustering coefficients; 0 without nodes. */
  readonly clustering: number
  readonly connected: boolean
  /** Whether it can be drawn without crossings, connected or not. */
  readonly planar: boolean
}

/**
 * Describes one graph by the numbers behind the statistics of `evaluateGraphs`.
 *
 * @throws DataError for a graph too large for its spectrum
 */
export function describeGraph(graph: PackedGraph): GraphDescription {
  const counts = graphletCounts(graph)
  const clustering = localClustering(graph, counts).reduce((sum, value) => sum + value, 0)
  return {
    nodes: graph.nodes,
    edges: edgeCount(graph),
    degreeHistogram: [...degreeHistogram(graph)],
    orbitTotals: [...orbitTotals(counts)],
    laplacianSpectrum: [...laplacianSpectrum(graph).values],
    triangles: counts.triangle,
    clustering: graph.nodes === 0 ? 0 : clustering / graph.nodes,
    connected: isConnected(graph),
    planar: isPlanar(graph),
  }
}
