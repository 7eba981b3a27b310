import { ShapeError } from "@scalewise/nn"
import type { SquareMatrix } from "../linear-algebra/cholesky.ts"
import type { Moments } from "../linear-algebra/moments.ts"
import { symmetricEigen } from "../linear-algebra/symmetric-eigen.ts"

/**
 * Squared Frechet distance of two Gaussians (Dowson and Landau, 1982), in float64:
 * |m_a - m_b|^2 + tr A + tr B - 2 tr (A^1/2 B A^1/2)^1/2. Over features of images it is what FID computes with its extractor.
 * It is biased in the number of samples behind the moments: compare equal numbers only. What stays the same from call to call goes
 * first: half of the work is then done once.
 *
 * @throws ShapeError where the two differ in size
 */
export function frechetDistance(a: Moments, b: Moments): number {
  const { size } = a.covariance
  if (b.covariance.size !== size)
    throw new ShapeError(`frechetDistance: expected moments of equal size, got ${size} and ${b.covariance.size}`)
  const root = roots.get(a.covariance) ?? squareRoot(a.covariance)
  roots.set(a.covariance, root)
  const { values } = symmetricEigen(product(product(root, b.covariance), root))
  const cross = values.reduce((sum, value) => sum + Math.sqrt(Math.max(value, 0)), 0)
  const shift = a.mean.reduce((sum, value, i) => sum + (value - b.mean[i]!) ** 2, 0)
  return Math.max(0, shift + trace(a.covariance) + trace(b.covariance) - 2 * cross)
}

/** Square roots of covariances that have been a first argument; nobody changes a covariance. */
const roots = new WeakMap<SquareMatrix, SquareMatrix>()

const trace = ({ size, values }: SquareMatrix): number => {
  let sum = 0
  for (let i = 0; i < size; i++) sum += values[i * size + i]!
  return sum
}

/** Of a covariance; eigenvalues that rounding has made negative count as zero. */
function squareRoot(matrix: SquareMatrix): SquareMatrix {
  const { size } = matrix
  const { values: eigenvalues, vectors } = symmetricEigen(matrix)
  const values = new Float64Array(size * size)
  for (let k = 0; k < size; k++) {
    const root = Math.sqrt(Math.max(eigenvalues[k]!, 0))
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) values[i * size + j]! += root * vectors[k * size + i]! * vectors[k * size + j]!
  }
  return { size, values }
}

function product(a: SquareMatrix, b: SquareMatrix): SquareMatrix {
  const { size } = a
  const values = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let k = 0; k < size; k++) {
      const factor = a.values[i * size + k]!
      for (let j = 0; j < size; j++) values[i * size + j]! += factor * b.values[k * size + j]!
    }
  return { size, values }
}
