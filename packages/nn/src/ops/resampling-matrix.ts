import { ConfigError } from "../errors.ts"

/**
 * How a signal changes its length. Each equals PyTorch's `interpolate` with `align_corners=False` and no antialiasing:
 * "area" (adaptive average), "bicubic" (a = -0.75), "bilinear", "nearest". "binomial" is the blur [1, 4, 6, 4, 1] / 16 of one
 * length, edges repeated.
 */
export type ResamplingKind = "area" | "bicubic" | "bilinear" | "nearest" | "binomial"

const matrices = new Map<string, Float32Array>()

/**
 * The matrix [to, from], row-major, that resamples a signal of `from` numbers to `to`; every row sums to 1. Made in
 * float64 and cached: do not change it.
 *
 * @throws ConfigError for lengths below 1, or unequal lengths with "binomial"
 */
export function resamplingMatrix(kind: ResamplingKind, from: number, to: number): Float32Array {
  const key = `${kind} ${from} ${to}`
  let matrix = matrices.get(key)
  if (matrix === undefined) {
    if (!Number.isInteger(from) || !Number.isInteger(to) || from < 1 || to < 1)
      throw new ConfigError(`resamplingMatrix: expected whole lengths of at least 1, got ${from} and ${to}`)
    if (kind === "binomial" && from !== to)
      throw new ConfigError(
        `resamplingMatrix: "binomial" keeps the length, got ${from} and ${to}; blur first, then resample with another kind`,
      )
    const exact = new Float64Array(from * to)
    for (let row = 0; row < to; row++)
      for (const [column, weight] of weightsOf(kind, row, from, to)) {
        const inside = Math.min(Math.max(column, 0), from - 1) // edges are repeated
        exact[row * from + inside]! += weight
      }
    matrix = Float32Array.from(exact)
    matrices.set(key, matrix)
  }
  return matrix
}

/** (column, weight) of one output; columns may lie outside. */
function weightsOf(kind: ResamplingKind, row: number, from: number, to: number): [number, number][] {
  const centre = ((row + 0.5) * from) / to - 0.5
  const left = Math.floor(centre)
  switch (kind) {
    case "area": {
      // Windows overlap where `to` does not divide `from`.
      const start = Math.floor((row * from) / to)
      const end = Math.ceil(((row + 1) * from) / to)
      return Array.from({ length: end - start }, (_, i) => [start + i, 1 / (end - start)])
    }
    case "nearest":
      return [[Math.floor((row * from) / to), 1]]
    case "bilinear": {
      const share = Math.max(centre, 0) - Math.floor(Math.max(centre, 0))
      const first = Math.floor(Math.max(centre, 0))
      return [
        [first, 1 - share],
        [first + 1, share],
      ]
    }
    case "bicubic":
      return [-1, 0, 1, 2].map((offset) => [left + offset, cubic(centre - (left + offset))])
    default: // "binomial"
      return [1, 4, 6, 4, 1].map((weight, i) => [row + i - 2, weight / 16])
  }
}

/** Keys' convolution kernel with a = -0.75. */
function cubic(distance: number): number {
  const a = -0.75
  const x = Math.abs(distance)
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
}
