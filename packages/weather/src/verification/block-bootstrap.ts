import { ConfigError, type RandomStream } from "@scalewise/nn"

/** Options of `blockBootstrap`. */
export interface BlockBootstrapOptions {
  /** Neighbours that are drawn together; forecasts closer than about ten days are not independent. */
  readonly blockLength: number
  readonly random: RandomStream
  /** @defaultValue 1000 */
  readonly resamples?: number
  /** Share of resamples inside the interval. @defaultValue 0.95 */
  readonly confidence?: number
}

/** An estimate and its interval. */
export interface BootstrapInterval {
  readonly estimate: number
  readonly lower: number
  readonly upper: number
}

/**
 * Interval of a statistic of means by the moving-block bootstrap (Kuensch 1989, doi:10.1214/aos/1176347265): blocks of neighbours are drawn with
 * replacement and put together to series as long as the given one; the interval lies between percentiles of what the resamples give. Blocks go round from
 * the end to the beginning (the circular form), so that every case counts alike. With fewer than two blocks there is no interval: NaN.
 *
 * @param columns - each [N], in order of time, without NaN: paired scores of the same cases
 * @param statistic - of the means of the columns, e.g. ([a, b]) => 1 - a / b
 * @throws ConfigError for columns of different lengths
 */
export function blockBootstrap(
  columns: readonly Float64Array[],
  statistic: (means: readonly number[]) => number,
  options: BlockBootstrapOptions,
): BootstrapInterval {
  return blockResampler(columns[0]?.length ?? 0, options)(columns, statistic)
}

/** Gives the interval of a statistic of columns; see `blockBootstrap`. */
export type BlockResampler = (columns: readonly Float64Array[], statistic: (means: readonly number[]) => number) => BootstrapInterval

/** A `blockBootstrap` for any number of statistics of `count` cases, all from the same blocks, which are drawn once. */
export function blockResampler(
  count: number,
  { blockLength, random, resamples = 1000, confidence = 0.95 }: BlockBootstrapOptions,
): BlockResampler {
  const length = Math.max(1, Math.round(blockLength))
  const blocks = Math.ceil(count / length)
  const begins = count < 2 * length ? undefined : random.integers(resamples * blocks, count)
  return (columns, statistic) => {
    if (columns.some((column) => column.length !== count))
      throw new ConfigError(`blockBootstrap: expected columns of ${count} cases, got ${columns.map((column) => column.length).join(", ")}`)
    if (count === 0) return { estimate: NaN, lower: NaN, upper: NaN }
    // Sums of any block in one subtraction: running sums over the series twice round
    const running = columns.map((column) => {
      const sums = new Float64Array(2 * count + 1)
      for (let i = 0; i < 2 * count; i++) sums[i + 1] = sums[i]! + column[i % count]!
      return sums
    })
    const estimate = statistic(running.map((sums) => sums[count]! / count))
    if (!begins) return { estimate, lower: NaN, upper: NaN }
    const drawn = new Float64Array(resamples)
    const means = columns.map(() => 0)
    for (let r = 0; r < resamples; r++) {
      for (let c = 0; c < running.length; c++) {
        const sums = running[c]!
        let sum = 0
        for (let b = 0; b < blocks; b++) {
          const begin = begins[r * blocks + b]!
          sum += sums[begin + Math.min(length, count - b * length)]! - sums[begin]!
        }
        means[c] = sum / count
      }
      drawn[r] = statistic(means)
    }
    const sorted = drawn.filter((value) => !Number.isNaN(value)).sort()
    return { estimate, lower: percentile(sorted, (1 - confidence) / 2), upper: percentile(sorted, (1 + confidence) / 2) }
  }
}

/** Value below which the share of sorted values lies, with straight lines between; NaN for none. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return NaN
  const at = share * (sorted.length - 1)
  const below = Math.min(Math.floor(at), sorted.length - 2)
  if (below < 0) return sorted[0]!
  return sorted[below]! + (at - below) * (sorted[below + 1]! - sorted[below]!)
}
