import { inverse, type SquareMatrix } from "../linear-algebra/cholesky.ts"

/** x^ = mean + (y - mean) gain, for rows y. */
export interface LinearDenoiser {
  mean: Float64Array
  /** Row-major [size, size]. */
  gain: SquareMatrix
}

/**
 * The linear map of a noisy point to the clean one with the least mean squared error, in closed form: with covariance C of the
 * clean points and N of the noise, gain = (C + N)^-1 C = I - (C + N)^-1 N.
 */
export function linearDenoiser(mean: Float64Array, covariance: SquareMatrix, noise: SquareMatrix): LinearDenoiser {
  const { size } = covariance
  const sum = { size, values: covariance.values.map((value, i) => value + noise.values[i]!) }
  const { values: inverted } = inverse(sum)
  const gain = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    gain[i * size + i] = 1
    for (let k = 0; k < size; k++) {
      const weight = inverted[i * size + k]!
      for (let j = 0; j < size; j++) {
        const entry = noise.values[k * size + j]!
        if (entry !== 0) gain[i * size + j]! -= weight * entry
      }
    }
  }
  return { mean, gain: { size, values: gain } }
}

/** sigma^2 I: noise that is the same and independent in every coordinate. */
export function whiteNoise(size: number, sigma: number): SquareMatrix {
  const values = new Float64Array(size * size)
  for (let i = 0; i < size; i++) values[i * size + i] = sigma * sigma
  return { size, values }
}
