/**
 * Continuous ranked probability score of a Gaussian, in units of the truth (Gneiting et al. 2005, doi:10.1175/MWR2904.1, Eq. 5); with
 * no deviation it is the absolute error.
 */
export function gaussianCrps(mean: number, deviation: number, truth: number): number {
  if (!(deviation > 0)) return Math.abs(truth - mean)
  const z = (truth - mean) / deviation
  return deviation * (z * (2 * normalCdf(z) - 1) + 2 * normalDensity(z) - 1 / Math.sqrt(Math.PI))
}

const normalDensity = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)

/**
 * Chance that a standard normal lies below z, to about 1e-15: the series of z phi(z) (1 + z^2/3 + z^4/15 + ..) near the middle
 * (Abramowitz and Stegun 26.2.11), a continued fraction in the tails (26.2.14).
 */
export function normalCdf(z: number): number {
  const size = Math.abs(z)
  if (size > 39) return z < 0 ? 0 : 1
  if (size < 4) {
    let term = size
    let sum = size
    for (let k = 3; term > 1e-17 * sum; k += 2) sum += term *= (size * size) / k
    return 0.5 + Math.sign(z) * normalDensity(size) * sum
  }
  let fraction = size
  for (let k = 60; k >= 1; k--) fraction = size + k / fraction
  const tail = normalDensity(size) / fraction
  return z < 0 ? tail : 1 - tail
}
