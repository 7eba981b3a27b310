import { ConfigError } from "@scalewise/nn"

/** A square matrix in double precision, row-major. */
export interface SquareMatrix {
  size: number
  values: Float64Array
}

/**
 * The lower triangle L of a symmetric positive definite matrix, L L^T = A.
 *
 * @throws ConfigError when A is not positive definite
 */
export function cholesky({ size, values }: SquareMatrix): SquareMatrix {
  const lower = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = values[i * size + j]!
      for (let k = 0; k < j; k++) sum -= lower[i * size + k]! * lower[j * size + k]!
      if (i !== j) lower[i * size + j] = sum / lower[j * size + j]!
      else if (sum > 0) lower[i * size + i] = Math.sqrt(sum)
      else throw new ConfigError(`cholesky: expected a positive definite matrix, got pivot ${sum} in row ${i}; add to the diagonal`)
    }
  }
  return { size, values: lower }
}

/** A^-1 of a symmetric positive definite matrix. */
export function inverse(matrix: SquareMatrix): SquareMatrix {
  const { size } = matrix
  const { values: lower } = cholesky(matrix)
  // M = L^-1, kept transposed (row j is column j of M) so that every inner loop runs along memory.
  const columns = new Float64Array(size * size)
  for (let j = 0; j < size; j++) {
    columns[j * size + j] = 1 / lower[j * size + j]!
    for (let i = j + 1; i < size; i++) {
      let sum = 0
      for (let k = j; k < i; k++) sum -= lower[i * size + k]! * columns[j * size + k]!
      columns[j * size + i] = sum / lower[i * size + i]!
    }
  }
  const values = new Float64Array(size * size) // A^-1 = M^T M
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = i; k < size; k++) sum += columns[i * size + k]! * columns[j * size + k]!
      values[i * size + j] = sum
      values[j * size + i] = sum
    }
  }
  return { size, values }
}
