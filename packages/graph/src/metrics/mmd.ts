import type { DescriptorName, GraphDescriptors } from "./graph-descriptors.ts"

/** The two published kernels: total variation (GRAN, SPECTRE, DiGress), and earth mover's distance (GraphRNN, EDP-GNN, GDSS). */
export type MmdConvention = "tv" | "emd"

type Distance = (a: Float64Array, b: Float64Array) => number

/** Half the L1 distance, the shorter vector padded with zeros. */
const totalVariation: Distance = (a, b) => {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a]
  let sum = 0
  for (let i = 0; i < short.length; i++) sum += Math.abs(long[i]! - short[i]!)
  for (let i = short.length; i < long.length; i++) sum += Math.abs(long[i]!)
  return sum / 2
}

/** Earth mover's distance on a line, `width` from bin to bin: the L1 distance of cumulative sums. */
const earthMover =
  (width: number): Distance =>
  (a, b) => {
    let [sum, surplus] = [0, 0]
    for (let i = 0; i < Math.max(a.length, b.length); i++) {
      surplus += (a[i] ?? 0) - (b[i] ?? 0)
      sum += Math.abs(surplus)
    }
    return sum * width
  }

const euclidean: Distance = (a, b) => Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0))

/** exp(-distance^2 / 2 sigma^2) */
interface Kernel {
  readonly distance: Distance
  readonly sigma: number
}

/** Kernel of every statistic under every convention; the wavelet statistic knows one alone. */
export const mmdKernels: Readonly<Record<MmdConvention, Readonly<Partial<Record<DescriptorName, Kernel>>>>> = {
  tv: {
    degree: { distance: totalVariation, sigma: 1 },
    clustering: { distance: totalVariation, sigma: 0.1 },
    orbit: { distance: totalVariation, sigma: 30 },
    spectral: { distance: totalVariation, sigma: 1 },
    wavelet: { distance: totalVariation, sigma: 1 },
  },
  emd: {
    degree: { distance: earthMover(1), sigma: 1 },
    clustering: { distance: earthMover(1 / 100), sigma: 0.1 },
    orbit: { distance: euclidean, sigma: 30 },
    spectral: { distance: earthMover(1), sigma: 1 },
  },
}

/** Kernel values of two sets, row by row: [X, Y]. */
export interface KernelMatrix {
  readonly rows: number
  readonly columns: number
  readonly values: Float64Array
}

/** Kernel values between all vectors of two sets, or of one set with itself. */
export function kernelMatrix(xs: readonly Float64Array[], ys: readonly Float64Array[], { distance, sigma }: Kernel): KernelMatrix {
  const values = new Float64Array(xs.length * ys.length)
  for (const [i, x] of xs.entries())
    for (const [j, y] of ys.entries())
      values[i * ys.length + j] = xs === ys && j < i ? values[j * ys.length + i]! : Math.exp(-(distance(x, y) ** 2) / (2 * sigma * sigma))
  return { rows: xs.length, columns: ys.length, values }
}

/** Mean of the entries, or of those in the given rows (with repetition) and columns. */
export function kernelMean(matrix: KernelMatrix, rows?: ArrayLike<number>, columns?: ArrayLike<number>): number {
  const [height, width] = [rows?.length ?? matrix.rows, columns?.length ?? matrix.columns]
  let sum = 0
  for (let i = 0; i < height; i++) {
    const row = (rows ? rows[i]! : i) * matrix.columns
    for (let j = 0; j < width; j++) sum += matrix.values[row + (columns ? columns[j]! : j)]!
  }
  return sum / (height * width)
}

/** Vectors of one statistic; empty graphs are dropped where they have none. */
export const vectorsOf = (descriptors: readonly GraphDescriptors[], name: DescriptorName): Float64Array[] =>
  descriptors.flatMap((one) => one[name] ?? [])

/**
 * Squared maximum mean discrepancy of two sets by one statistic, biased (the diagonal counts), as all published tables have it. The total
 * variation kernel is not positive definite: small negative values occur. Never compare a figure of one convention with one of the other.
 *
 * @returns undefined where a set has no vector, or the convention does not know the statistic
 */
export function graphMmd(
  a: readonly GraphDescriptors[],
  b: readonly GraphDescriptors[],
  name: DescriptorName,
  convention: MmdConvention,
): number | undefined {
  const kernel = mmdKernels[convention][name]
  const [xs, ys] = [vectorsOf(a, name), vectorsOf(b, name)]
  if (!kernel || xs.length === 0 || ys.length === 0) return undefined
  const within = (set: Float64Array[]): number => kernelMean(kernelMatrix(set, set, kernel))
  return within(xs) + within(ys) - 2 * kernelMean(kernelMatrix(xs, ys, kernel))
}
