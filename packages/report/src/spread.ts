/** Mean and sample standard deviation (n - 1 below the line; 0 where there is one value) of the repetitions of one measurement. */
export interface Spread {
  readonly mean: number
  readonly sd: number
  /** How many values. */
  readonly count: number
}

/** Summarises the values of several seeds. An empty list has mean NaN. */
export function spread(values: readonly number[]): Spread {
  const count = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, sd: count > 1 ? Math.sqrt(squares / (count - 1)) : 0, count }
}
