import { degreeHistogram, laplacianSpectrum, type PackedGraph } from "@scalewise/graph"
import { lineChart, type Html, type LinePoint } from "@scalewise/report"

const spectralBins = 40

/** Mean share of nodes of each degree, and of Laplacian eigenvalues in each bin, of several sets of graphs. */
export function statisticCurves(sets: readonly { readonly name: string; readonly graphs: readonly PackedGraph[] }[]): Html[] {
  return [
    lineChart({
      title: "Degrees",
      description: "Mean share of the nodes that have each degree.",
      x: { label: "degree" },
      y: { label: "share of nodes" },
      series: sets.map(({ name, graphs }) => ({ name, points: meanCurve(graphs.map(shares), (degree) => degree) })),
    }),
    lineChart({
      title: "Spectrum",
      description: "Mean share of the eigenvalues of the normalised Laplacian in each of 40 bins.",
      x: { label: "eigenvalue" },
      y: { label: "share of eigenvalues" },
      series: sets.map(({ name, graphs }) => ({
        name,
        points: meanCurve(graphs.map(binned), (bin) => ((bin + 0.5) * 2) / spectralBins),
      })),
    }),
  ]
}

const shares = (graph: PackedGraph): Float64Array => {
  const histogram = degreeHistogram(graph)
  return Float64Array.from(histogram, (count) => count / Math.max(1, graph.nodes))
}

const binned = (graph: PackedGraph): Float64Array => {
  const bins = new Float64Array(spectralBins)
  for (const value of laplacianSpectrum(graph).values) {
    const bin = Math.min(spectralBins - 1, Math.max(0, Math.floor((value / 2) * spectralBins)))
    bins[bin]! += 1 / Math.max(1, graph.nodes)
  }
  return bins
}

function meanCurve(curves: readonly Float64Array[], x: (i: number) => number): LinePoint[] {
  const length = Math.max(0, ...curves.map((curve) => curve.length))
  return Array.from({ length }, (_, i) => ({
    x: x(i),
    y: curves.reduce((sum, curve) => sum + (curve[i] ?? 0), 0) / Math.max(1, curves.length),
  }))
}
