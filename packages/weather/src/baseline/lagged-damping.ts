import type { BaselineSetting } from "./baseline-setting.ts"

// T times, N numbers of a state, L leads

/** A first-order autoregression of each number of a state for each lead. */
export interface LaggedDamping {
  /** What is left of a departure after each lead; [L] of [N]. */
  readonly factors: readonly Float64Array[]
  /** Standard deviation in training of what that misses; [L] of [N]. */
  readonly missed: readonly Float64Array[]
}

/**
 * Least squares of departures at each lead on those at the start, over all courses of training.
 *
 * @param departures - [T, N], of mean zero
 */
export function fitDamping(departures: Float32Array, setting: BaselineSetting): LaggedDamping {
  const { size, trajectories, series, find, forecast } = setting
  const factors = Array.from(forecast.leads, (lead) => {
    const [product, square] = [new Float64Array(size), new Float64Array(size)]
    for (const t of trajectories)
      for (let n = 0, from = t * size, to = find(series.time.hours[t]! + lead) * size; n < size; n++) {
        product[n]! += departures[from + n]! * departures[to + n]!
        square[n]! += departures[from + n]! ** 2
      }
    return product.map((value, n) => (square[n]! > 0 ? value / square[n]! : 0))
  })
  return { factors, missed: missedBy(factors, departures, setting) }
}

/** Standard deviation in training of what given factors miss; [L] of [N]. */
export function missedBy(
  factors: readonly Float64Array[],
  departures: Float32Array,
  { size, trajectories, series, find, forecast }: BaselineSetting,
): Float64Array[] {
  return factors.map((factor, l) => {
    const squares = new Float64Array(size)
    for (const t of trajectories)
      for (let n = 0, from = t * size, to = find(series.time.hours[t]! + forecast.leads[l]!) * size; n < size; n++)
        squares[n]! += (departures[to + n]! - factor[n]! * departures[from + n]!) ** 2
    return squares.map((sum) => Math.sqrt(sum / trajectories.length))
  })
}
