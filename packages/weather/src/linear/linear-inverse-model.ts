import { DataError } from "@scalewise/nn"
import { CholeskyDecomposition, EVD, Matrix } from "ml-matrix"

// R components, T times

/** A linear law of the next state of components, with Gaussian noise. */
export interface LinearInverseModel {
  /** R. */
  readonly components: number
  /** 1 or 2: how many states it looks back. */
  readonly lags: number
  /** The next components from the present ones and, with two lags, those before: [lags R, R] row-major. */
  readonly matrix: Float64Array
  /** A factor L of the covariance of what it misses, L L': [R, R] row-major. */
  readonly noise: Float64Array
}

/** Options of `fitLinearInverseModel`. */
export interface LinearInverseModelOptions {
  /** @defaultValue 2 */
  readonly lags?: 1 | 2
  /** Ridge, as a share of the mean variance of the components. @defaultValue 0.01 */
  readonly ridge?: number
  /** Numbers of the times that are predicted. All times before them must belong to the same stretch. */
  readonly targets: readonly number[]
}

/**
 * Least squares of scores [T, R] on the scores one and two steps before (Penland and Sardeshmukh, 1995, with one more lag), and the
 * covariance of the remainders.
 *
 * @throws DataError where there are fewer targets than twice the numbers to fit for each component
 */
export function fitLinearInverseModel(
  scores: Float32Array,
  components: number,
  { lags = 2, ridge = 0.01, targets }: LinearInverseModelOptions,
): LinearInverseModel {
  const inputs = lags * components
  if (targets.length < 2 * inputs)
    throw new DataError(
      `linear inverse model: expected at least ${2 * inputs} pairs of states for ${components} components at ${lags} lags, found ${targets.length}; use fewer components`,
    )
  const x = new Matrix(targets.length, inputs)
  const y = new Matrix(targets.length, components)
  for (const [row, t] of targets.entries())
    for (let r = 0; r < components; r++) {
      y.set(row, r, scores[t * components + r]!)
      for (let lag = 0; lag < lags; lag++) x.set(row, lag * components + r, scores[(t - 1 - lag) * components + r]!)
    }
  const transposed = x.transpose()
  const gram = transposed.mmul(x)
  const penalty = (ridge * gram.trace()) / inputs
  for (let i = 0; i < inputs; i++) gram.set(i, i, gram.get(i, i) + penalty)
  const matrix = new CholeskyDecomposition(gram).solve(transposed.mmul(y))
  const missed = Matrix.sub(y, x.mmul(matrix))
  const covariance = missed
    .transpose()
    .mmul(missed)
    .div(Math.max(targets.length - inputs, 1)) // less one for each number fitted
  return {
    components,
    lags,
    matrix: Float64Array.from(matrix.to1DArray()),
    noise: Float64Array.from(factorOf(covariance).to1DArray()),
  }
}

/** The expected next components from the present ones and those before; [R]. */
export function nextComponents(
  { components, lags, matrix }: LinearInverseModel,
  present: Float32Array,
  before: Float32Array,
): Float32Array {
  const next = new Float64Array(components)
  for (let lag = 0; lag < lags; lag++)
    for (let i = 0; i < components; i++) {
      const value = (lag === 0 ? present : before)[i]!
      for (let r = 0; r < components; r++) next[r]! += value * matrix[(lag * components + i) * components + r]!
    }
  return Float32Array.from(next)
}

/** Noise of the model from standard normal numbers; [R] each. */
export function noiseOf({ components, noise }: LinearInverseModel, normal: Float32Array): Float32Array {
  return Float32Array.from({ length: components }, (_, r) => {
    let sum = 0
    for (let i = 0; i < components; i++) sum += noise[r * components + i]! * normal[i]!
    return sum
  })
}

/** V sqrt(D) of a covariance, small negative eigenvalues taken as zero: legal where a Cholesky factor would not be. */
function factorOf(covariance: Matrix): Matrix {
  const { realEigenvalues, eigenvectorMatrix } = new EVD(covariance, { assumeSymmetric: true })
  return eigenvectorMatrix.mulRowVector(realEigenvalues.map((value) => Math.sqrt(Math.max(value, 0))))
}
