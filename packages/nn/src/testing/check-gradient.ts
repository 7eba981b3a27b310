import * as tf from "../backend/tf.ts"
import { randomStream } from "../random/random-stream.ts"

/** Options of `checkGradient`. */
export interface CheckGradientOptions {
  /** Largest deviation allowed, relative to the largest number of the gradient (at least 1). @defaultValue 1e-2 */
  readonly tolerance?: number
  /** Step of the central difference. @defaultValue 1e-2 */
  readonly step?: number
  /** How many numbers of each input are tried, chosen at random. @defaultValue 24 */
  readonly probes?: number
}

/**
 * Fails where the gradient of sum(f(inputs) w), w random, is not the central finite difference, for each input. The
 * differences are summed in float64 from float32 outputs, with Richardson's extrapolation over two steps.
 *
 * @throws Error that names input, index and both values
 */
export async function checkGradient(
  f: (...inputs: tf.Tensor[]) => tf.Tensor,
  inputs: readonly tf.Tensor[],
  { tolerance = 1e-2, step = 1e-2, probes = 24 }: CheckGradientOptions = {},
): Promise<void> {
  const random = randomStream("check gradient")
  const y = tf.tidy(() => f(...inputs))
  const weights = random.fold("weights").normalValues(y.shape)
  const w = tf.tensor(weights, y.shape)
  const gradients = tf.grads((...xs: tf.Tensor[]) => tf.sum(tf.mul(f(...xs), w)))([...inputs])
  y.dispose()
  w.dispose()
  try {
    for (const [at, input] of inputs.entries()) {
      const gradient = gradients[at]!
      if (gradient.shape.join() !== input.shape.join())
        throw new Error(`gradient of input ${at}: expected shape [${input.shape}], got [${gradient.shape}]`)
      const analytic = Float32Array.from(await gradient.data())
      const values = Float32Array.from(await input.data())
      const scale = analytic.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
      const order = random.fold(at).permutation(values.length).subarray(0, probes)
      for (const index of order) {
        const valueAt = async (shift: number): Promise<{ total: number; at: number }> => {
          const shifted = values.slice()
          shifted[index] = values[index]! + shift
          const changed = tf.tensor(shifted, input.shape)
          const out = tf.tidy(() => f(...inputs.map((x, i) => (i === at ? changed : x))))
          const numbers = Float32Array.from(await out.data())
          tf.dispose([changed, out])
          return { total: numbers.reduce((sum, value, i) => sum + value * weights[i]!, 0), at: shifted[index] }
        }
        const slope = async (size: number): Promise<number> => {
          const [above, below] = [await valueAt(size), await valueAt(-size)]
          return (above.total - below.total) / (above.at - below.at) // the step as float32 holds it
        }
        const numeric = (4 * (await slope(step)) - (await slope(2 * step))) / 3
        const deviation = Math.abs(numeric - analytic[index]!) / scale
        if (!(deviation <= tolerance))
          throw new Error(
            `gradient of input ${at} at ${index}: finite difference ${numeric}, gradient ${analytic[index]}, deviation ${deviation}`,
          )
      }
    }
  } finally {
    tf.dispose(gradients)
  }
}
