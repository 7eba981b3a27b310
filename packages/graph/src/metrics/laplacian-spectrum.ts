import { DataError } from "@scalewise/nn"
import { degreesOf, type PackedGraph } from "../graph/packed-graph.ts"
import { symmetricEigen, type SymmetricEigen } from "./symmetric-eigen.ts"

const mostNodes = 4096

/**
 * Eigenpairs of the normalised Laplacian I - D^-1/2 A D^-1/2, where isolated nodes have an empty row. Values that rounding has pushed out
 * of [0, 2] are clipped: bipartite graphs have an eigenvalue of exactly 2, which a histogram would lose otherwise.
 *
 * @throws DataError for a graph whose matrices would not fit: time grows with the cube of its nodes, memory with the square
 */
export function laplacianSpectrum({ nodes, edges }: PackedGraph): SymmetricEigen {
  if (nodes > mostNodes) {
    const gigabytes = ((4 * 8 * nodes * nodes) / 1e9).toFixed(1)
    throw new DataError(
      `laplacianSpectrum: expected a graph of at most ${mostNodes} nodes, got ${nodes}, whose matrices take ${gigabytes} GB; leave it out or compare smaller parts`,
    )
  }
  const degrees = degreesOf({ nodes, edges })
  const laplacian = new Float64Array(nodes * nodes)
  for (const [v, degree] of degrees.entries()) if (degree > 0) laplacian[v * nodes + v] = 1
  for (let e = 0; e < edges.length / 2; e++) {
    const [u, v] = [edges[2 * e]!, edges[2 * e + 1]!]
    laplacian[u * nodes + v] = laplacian[v * nodes + u] = -1 / Math.sqrt(degrees[u]! * degrees[v]!)
  }
  const { values, vectors } = symmetricEigen(laplacian, nodes)
  return { values: values.map((value) => Math.min(Math.max(value, 0), 2)), vectors }
}
