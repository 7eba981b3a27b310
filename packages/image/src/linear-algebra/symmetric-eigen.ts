import type { SquareMatrix } from "./cholesky.ts"

/** Eigenvalues in descending order; `vectors` holds one unit eigenvector a row, in the same order. */
export interface Eigen {
  values: Float64Array
  vectors: Float64Array
}

/** All eigenpairs of a small symmetric matrix (up to about 100 rows) by cyclic Jacobi rotations. */
export function symmetricEigen({ size, values }: SquareMatrix): Eigen {
  const a = Float64Array.from(values)
  const v = new Float64Array(size * size) // row i: eigenvector i
  for (let i = 0; i < size; i++) v[i * size + i] = 1
  const scale = a.reduce((sum, value) => sum + value * value, 0)
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) off += a[p * size + q]! ** 2
    if (off <= 1e-30 * scale) break
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, v, size, p, q)
  }
  const order = Array.from({ length: size }, (_, i) => i).sort((i, j) => a[j * size + j]! - a[i * size + i]!)
  const vectors = new Float64Array(size * size)
  for (const [row, i] of order.entries()) vectors.set(v.subarray(i * size, (i + 1) * size), row * size)
  return { values: Float64Array.from(order, (i) => a[i * size + i]!), vectors }
}

/** Turns the plane of coordinates p and q so that a[p, q] vanishes. */
function rotate(a: Float64Array, v: Float64Array, size: number, p: number, q: number): void {
  const apq = a[p * size + q]!
  if (apq === 0) return
  const theta = (a[q * size + q]! - a[p * size + p]!) / (2 * apq)
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  for (let k = 0; k < size; k++) {
    const akp = a[k * size + p]!
    const akq = a[k * size + q]!
    a[k * size + p] = c * akp - s * akq
    a[k * size + q] = s * akp + c * akq
  }
  for (let k = 0; k < size; k++) {
    const apk = a[p * size + k]!
    const aqk = a[q * size + k]!
    a[p * size + k] = c * apk - s * aqk
    a[q * size + k] = s * apk + c * aqk
    const vpk = v[p * size + k]!
    const vqk = v[q * size + k]!
    v[p * size + k] = c * vpk - s * vqk
    v[q * size + k] = s * vpk + c * vqk
  }
}

/**
 * The `count` leading principal directions of a covariance matrix of any size, by subspace iteration with a final
 * Rayleigh-Ritz step. The spanned variance is right to about 1e-4 of itself; single trailing directions less so.
 */
export function principalDirections(covariance: SquareMatrix, count: number): Eigen {
  const { size } = covariance
  const width = Math.min(size, count + 16) // spare directions make the wanted ones converge faster
  // Any start that is not orthogonal to the wanted space does; a fixed one keeps this a pure function.
  let basis: Float64Array = Float64Array.from({ length: width * size }, (_, i) => Math.sin(1 + i * 0.7548776662466927 * (1 + (i % 7))))
  orthonormalise(basis, width, size)
  for (let iteration = 0; iteration < 24; iteration++) {
    basis = applyTo(covariance, basis, width)
    orthonormalise(basis, width, size)
  }
  const image = applyTo(covariance, basis, width)
  const small = new Float64Array(width * width)
  for (let i = 0; i < width; i++) for (let j = 0; j < width; j++) small[i * width + j] = dot(basis, i, image, j, size)
  const ritz = symmetricEigen({ size: width, values: small })
  const vectors = new Float64Array(count * size)
  for (let row = 0; row < count; row++)
    for (let i = 0; i < width; i++) {
      const weight = ritz.vectors[row * width + i]!
      for (let k = 0; k < size; k++) vectors[row * size + k]! += weight * basis[i * size + k]!
    }
  return { values: ritz.values.slice(0, count), vectors }
}

/** Row i of the result is the matrix times row i of `rows`. */
function applyTo({ size, values }: SquareMatrix, rows: Float64Array, count: number): Float64Array {
  const out = new Float64Array(count * size)
  for (let i = 0; i < count; i++) for (let k = 0; k < size; k++) out[i * size + k] = dot(rows, i, values, k, size)
  return out
}

/** Gram-Schmidt on the rows, each direction removed twice for precision. */
function orthonormalise(rows: Float64Array, count: number, size: number): void {
  for (let i = 0; i < count; i++) {
    for (let pass = 0; pass < 2; pass++)
      for (let j = 0; j < i; j++) {
        const weight = dot(rows, i, rows, j, size)
        for (let k = 0; k < size; k++) rows[i * size + k]! -= weight * rows[j * size + k]!
      }
    const norm = Math.sqrt(dot(rows, i, rows, i, size)) || 1
    for (let k = 0; k < size; k++) rows[i * size + k]! /= norm
  }
}

function dot(a: Float64Array, i: number, b: Float64Array, j: number, size: number): number {
  let sum = 0
  for (let k = 0; k < size; k++) sum += a[i * size + k]! * b[j * size + k]!
  return sum
}
