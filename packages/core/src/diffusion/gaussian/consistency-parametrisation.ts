import { ConfigError, tf } from "@scalewise/nn"

/** Options of `karrasSigmas`. */
export interface KarrasSigmasOptions {
  /** Smallest noise level. @defaultValue 0.002 */
  min?: number
  /** Largest noise level. @defaultValue 80 */
  max?: number
  /** The larger, the more of the levels are small. @defaultValue 7 */
  rho?: number
}

/** `count` standard deviations from max down to min, evenly spaced in sigma^(1 / rho) (Karras et al. 2022, Eq. 5). */
export function karrasSigmas(count: number, { min = 0.002, max = 80, rho = 7 }: KarrasSigmasOptions = {}): Float64Array {
  if (!Number.isInteger(count) || count < 2) throw new ConfigError(`karrasSigmas: expected at least two levels, got ${count}`)
  const [from, to] = [max ** (1 / rho), min ** (1 / rho)]
  return Float64Array.from({ length: count }, (_, i) => (from + (i / (count - 1)) * (to - from)) ** rho)
}

/** Options of `consistencyScales` and `consistent`. */
export interface ConsistencyOptions {
  /** Standard deviation of the data. @defaultValue 0.5 */
  data?: number
  /** Noise level at which the function is the identity. @defaultValue 0.002 */
  min?: number
}

/** c_skip and c_out at noise level `sigma` (Song et al. 2023, appendix C): 1 and 0 at `min`. */
export function consistencyScales(sigma: number, { data = 0.5, min = 0.002 }: ConsistencyOptions = {}): { skip: number; out: number } {
  return {
    skip: data ** 2 / ((sigma - min) ** 2 + data ** 2),
    out: (data * (sigma - min)) / Math.sqrt(data ** 2 + sigma ** 2),
  }
}

/**
 * f(x, sigma) = c_skip x + c_out F(x, sigma): a network F turned into a consistency function, which maps every point
 * of a trajectory to its clean end and is the identity at `min` whatever F is (Song et al. 2023, Eq. 5).
 *
 * @param network - x [B, ...] and sigmas [B] to [B, ...]
 * @returns x [B, ...] at one sigma for the whole batch to an estimate of clean data
 */
export function consistent(
  network: (x: tf.Tensor, sigmasB: tf.Tensor) => tf.Tensor,
  options: ConsistencyOptions = {},
): (x: tf.Tensor, sigma: number) => tf.Tensor {
  return (x, sigma) =>
    tf.tidy(() => {
      const { skip, out } = consistencyScales(sigma, options)
      return tf.add(tf.mul(x, skip), tf.mul(network(x, tf.fill([x.shape[0]], sigma)), out))
    })
}
