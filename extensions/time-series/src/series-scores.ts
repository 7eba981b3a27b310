import { randomStream, tf } from "@scalewise/nn"

/** How far two sets of series are apart; 0 for the same law. */
export interface SeriesDistance {
  /** Mean absolute difference of the autocorrelations at lags 1 to 12, of series minus their own mean. */
  readonly autocorrelation: number
  /** Wasserstein distance (order 1) of all single values. */
  readonly values: number
  /** Wasserstein distance (order 1) of the series' means: the coarsest scale. */
  readonly means: number
}

const lags = 12

/** Mean autocorrelation at lags 1 to 12 of series [N, T]. */
export async function autocorrelation(series: tf.Tensor): Promise<number[]> {
  const [count = 0, length = 0] = series.shape
  const values = await series.data()
  const products = new Float64Array(lags + 1)
  for (let n = 0; n < count; n++) {
    const own = Array.from(values.slice(n * length, (n + 1) * length))
    const mean = own.reduce((sum, value) => sum + value, 0) / length
    for (let lag = 0; lag <= lags; lag++)
      for (let t = lag; t < length; t++) products[lag]! += ((own[t]! - mean) * (own[t - lag]! - mean)) / (length - lag)
  }
  return Array.from({ length: lags }, (_, index) => products[index + 1]! / products[0]!)
}

/** The distance of a set [N, T] from another. */
export async function seriesDistance(series: tf.Tensor, reference: tf.Tensor): Promise<SeriesDistance> {
  const [own, other] = [await autocorrelation(series), await autocorrelation(reference)]
  const wasserstein = async (read: (x: tf.Tensor) => tf.Tensor): Promise<number> => {
    const [a, b] = await Promise.all(
      [series, reference].map(async (set) => {
        const tensor = tf.tidy(() => read(set))
        const sorted = Float32Array.from(await tensor.data()).toSorted()
        tensor.dispose()
        return sorted
      }),
    )
    const quantile = (sorted: Float32Array, share: number): number =>
      sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
    const points = 400
    return (
      Array.from({ length: points }, (_, i) => Math.abs(quantile(a!, (i + 0.5) / points) - quantile(b!, (i + 0.5) / points))).reduce(
        (sum, value) => sum + value,
      ) / points
    )
  }
  return {
    autocorrelation: own.reduce((sum, value, lag) => sum + Math.abs(value - other[lag]!), 0) / lags,
    values: await wasserstein((set) => set.flatten()),
    means: await wasserstein((set) => set.mean(1)),
  }
}

/** The naive baseline: as many values, each drawn alone from a normal law of the same mean and deviation. [N, T] */
export async function independentSeries(series: tf.Tensor, seed: number | string = 0): Promise<tf.Tensor> {
  const { mean, variance } = tf.moments(series)
  const [[centre], [spread]] = [await mean.data(), await variance.data()] as [Float32Array, Float32Array]
  tf.dispose([mean, variance])
  return tf.tidy(() => randomStream(seed).fold("independent").normal(series.shape).mul(Math.sqrt(spread!)).add(centre!))
}
