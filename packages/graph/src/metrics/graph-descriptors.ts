import { degreesOf, type PackedGraph } from "../graph/packed-graph.ts"
import { graphletCounts, localClustering, orbitTotals } from "./graphlets.ts"
import { histogram } from "./histogram.ts"
import { laplacianSpectrum } from "./laplacian-spectrum.ts"
import { waveletHistogram } from "./spectral-wavelets.ts"

/** Names of the statistics that sets of graphs are compared by. */
export const descriptorNames = ["degree", "clustering", "orbit", "spectral", "wavelet"] as const
export type DescriptorName = (typeof descriptorNames)[number]

/** One vector for each statistic of a graph; undefined where an empty graph has none. */
export type GraphDescriptors = Readonly<Record<DescriptorName, Float64Array | undefined>>

/**
 * The statistics of one graph as its set is compared by them: degree histogram, local clustering in 100 bins, orbit totals divided by the
 * number of nodes, eigenvalues of the normalised Laplacian in 200 bins, wavelet energies in 1200. Histograms are divided by their sum plus
 * 1e-6, as all published code does.
 */
export function graphDescriptors(graph: PackedGraph): GraphDescriptors {
  const counts = graphletCounts(graph)
  const orbit = orbitTotals(counts).map((total) => (graph.nodes === 0 ? 0 : total / graph.nodes))
  if (graph.nodes === 0) return { degree: undefined, clustering: undefined, orbit, spectral: undefined, wavelet: undefined }
  const spectrum = laplacianSpectrum(graph)
  return {
    degree: shares(degreeHistogram(graph)),
    clustering: shares(histogram(localClustering(graph, counts), 100, 0, 1)),
    orbit,
    spectral: shares(histogram(spectrum.values, 200, -1e-5, 2).map((count) => count / graph.nodes)),
    wavelet: shares(waveletHistogram(spectrum)),
  }
}

/** How many nodes have degree 0, 1, ... up to the largest. */
export function degreeHistogram(graph: PackedGraph): Float64Array {
  const degrees = degreesOf(graph)
  const counts = new Float64Array(degrees.reduce((most, degree) => Math.max(most, degree), -1) + 1)
  for (const degree of degrees) counts[degree]!++
  return counts
}

function shares(counts: Float64Array): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0) + 1e-6
  return counts.map((count) => count / total)
}
