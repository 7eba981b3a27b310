import { histogram } from "./histogram.ts"
import type { SymmetricEigen } from "./symmetric-eigen.ts"

const filters = 12
const bins = 100
const largest = 2 // of a normalised Laplacian
const lowest = largest / 20

/** Band-pass kernel: x^2, then a cubic with the same values and slopes at 1 and 2, then 4 / x^2. */
function bandPass(x: number): number {
  if (x <= 1) return x * x
  if (x >= 2) return 4 / (x * x)
  const u = x - 1
  return 1 + u * (2 + u * (u - 3))
}

/** Maximum of the band-pass kernel, where 2 - 6 u + 3 u^2 = 0: what the low-pass kernel starts from. */
const peak = bandPass(2 - Math.sqrt(1 / 3))

/** 1 / scale of the band-pass kernels runs from half of the lowest frequency of interest to the largest. */
const scales = Array.from({ length: filters - 1 }, (_, i) => {
  const [from, to] = [Math.log(2 / lowest), Math.log(1 / largest)]
  return Math.exp(from + ((to - from) * i) / (filters - 2))
})

const kernels: ((x: number) => number)[] = [
  (x) => peak * Math.exp(-((x / (0.6 * lowest)) ** 4)),
  ...scales.map((scale) => (x: number) => bandPass(scale * x)),
]

/**
 * Histograms of node energies of a normalised Laplacian's eigenpairs under 12 spectral graph wavelets (Hammond, Vandergheynst and Gribonval, 2011; the "Abspline" set of PyGSP):
 * for each filter g the row energies of U g(lambda) U^T in 100 bins from 0 to the filters' maximum. 1200 counts, the statistic that
 * SPECTRE introduced.
 */
export function waveletHistogram({ values, vectors }: SymmetricEigen): Float64Array {
  const nodes = values.length
  const counts = new Float64Array(filters * bins)
  const squares = vectors.map((entry) => entry * entry)
  const energies = new Float64Array(nodes)
  for (const [f, kernel] of kernels.entries()) {
    energies.fill(0)
    for (let k = 0; k < nodes; k++) {
      const weight = kernel(values[k]!) ** 2
      for (let v = 0; v < nodes; v++) energies[v]! += weight * squares[k * nodes + v]!
    }
    counts.set(histogram(energies, bins, 0, peak), f * bins)
  }
  return counts
}
