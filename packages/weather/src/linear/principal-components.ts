import { ConfigError, type RandomStream } from "@scalewise/nn"
import { EVD, Matrix, QrDecomposition } from "ml-matrix"

// T states, N numbers of a state, R components

/** Leading patterns of a set of states (empirical orthogonal functions). */
export interface PrincipalComponents {
  /** Orthonormal rows [R, N]. */
  readonly patterns: Float32Array
  /** Variance of the states along each, descending; [R]. */
  readonly variances: Float64Array
  /** Sum of the variances of all N numbers. */
  readonly totalVariance: number
}

/** Options of `principalComponents`. */
export interface PrincipalComponentsOptions {
  /** R. @defaultValue 40 */
  readonly count?: number
  /** Where the first guess comes from. */
  readonly random: RandomStream
  /** Rounds of the iteration. @defaultValue 4 */
  readonly iterations?: number
}

/**
 * The leading principal components of states [T, N] that have mean zero, by subspace iteration with a seeded start and ten spare
 * directions (Halko, Martinsson and Tropp, arXiv 0909.4061): no matrix of N x N is made.
 *
 * @throws ConfigError where there are fewer states or numbers than components
 */
export function principalComponents(
  states: Float32Array,
  size: number,
  { count = 40, random, iterations = 4 }: PrincipalComponentsOptions,
): PrincipalComponents {
  const times = states.length / size
  if (count < 1 || count > Math.min(times, size))
    throw new ConfigError(`principalComponents: expected 1 to ${Math.min(times, size)} components of ${times} states, got ${count}`)
  const width = Math.min(count + 10, times, size)
  let basis = orthonormal(Array.from(random.normalValues([width * size])), width, size)
  for (let round = 0; round < iterations; round++) basis = orthonormal(timesGram(states, size, basis, width), width, size)
  // Rayleigh-Ritz: the eigenvectors of the covariance inside the subspace
  const scores = project(states, size, Float32Array.from(basis), width)
  const inner = Matrix.zeros(width, width)
  for (let t = 0; t < times; t++)
    for (let i = 0; i < width; i++)
      for (let j = 0; j <= i; j++) {
        const sum = inner.get(i, j) + (scores[t * width + i]! * scores[t * width + j]!) / times
        inner.set(i, j, sum)
        inner.set(j, i, sum)
      }
  const { realEigenvalues, eigenvectorMatrix } = new EVD(inner, { assumeSymmetric: true })
  const order = Array.from(realEigenvalues.keys()).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!)
  const patterns = new Float32Array(count * size)
  for (let r = 0; r < count; r++)
    for (let i = 0; i < width; i++) {
      const weight = eigenvectorMatrix.get(i, order[r]!)
      for (let n = 0; n < size; n++) patterns[r * size + n]! += weight * basis[i * size + n]!
    }
  let total = 0
  for (const value of states) total += (value * value) / times
  return { patterns, variances: Float64Array.from({ length: count }, (_, r) => realEigenvalues[order[r]!]!), totalVariance: total }
}

/** Coordinates [T, R] of states [T, N] along patterns [R, N]. */
export function project(states: Float32Array, size: number, patterns: Float32Array, count = patterns.length / size): Float32Array {
  const times = states.length / size
  const scores = new Float32Array(times * count)
  for (let t = 0; t < times; t++)
    for (let r = 0; r < count; r++) {
      let sum = 0
      for (let n = 0, a = t * size, b = r * size; n < size; n++) sum += states[a + n]! * patterns[b + n]!
      scores[t * count + r] = sum
    }
  return scores
}

/** Rows of basis X' X: [R, N]. */
function timesGram(states: Float32Array, size: number, basis: Float64Array, width: number): number[] {
  const times = states.length / size
  const result = new Float64Array(width * size)
  for (let r = 0; r < width; r++)
    for (let t = 0; t < times; t++) {
      let sum = 0
      for (let n = 0, a = t * size, b = r * size; n < size; n++) sum += states[a + n]! * basis[b + n]!
      for (let n = 0, a = t * size, b = r * size; n < size; n++) result[b + n]! += sum * states[a + n]!
    }
  return Array.from(result)
}

function orthonormal(rows: readonly number[], width: number, size: number): Float64Array {
  const { orthogonalMatrix } = new QrDecomposition(Matrix.from1DArray(width, size, rows).transpose())
  return Float64Array.from(orthogonalMatrix.transpose().to1DArray())
}
