import { randomStream, tf } from "@scalewise/nn"

/** Options of `generatedSeries`. */
export interface GeneratedSeriesOptions {
  readonly count: number
  /** Values of a series, a power of two. @defaultValue 32 */
  readonly length?: number
  /** @defaultValue 0 */
  readonly seed?: number | string
}

/**
 * Series [N, T] that have something at every scale: a level of their own, a season of 8 values, the stronger the higher the level, and noise
 * that forgets itself slowly (autoregressive, coefficient 0.8). The caller disposes it.
 */
export function generatedSeries({ count, length = 32, seed = 0 }: GeneratedSeriesOptions): tf.Tensor {
  const random = randomStream(seed).fold("series")
  const levels = random.fold("level").normalValues([count])
  const shocks = random.fold("shock").normalValues([count, length])
  const values = new Float32Array(count * length)
  for (let n = 0; n < count; n++) {
    const level = levels[n]!
    let noise = 0
    for (let t = 0; t < length; t++) {
      noise = 0.8 * noise + 0.3 * shocks[n * length + t]!
      values[n * length + t] = level + Math.exp(level / 2) * Math.sin((2 * Math.PI * t) / 8) + noise
    }
  }
  return tf.tensor(values, [count, length])
}
