import { pixelsOf, type ImageDataset } from "./image-dataset.ts"

/** What the values of a dataset are like. */
export interface ImageStatistics {
  /** Number of images of each class, in the order of the classes. */
  readonly perClass: readonly number[]
  /** Smallest and largest intensity; NaN where there is no image. */
  readonly min: number
  readonly max: number
  /** Mean intensity of each channel. */
  readonly mean: readonly number[]
  /** Standard deviation of each channel over all pixels. */
  readonly deviation: readonly number[]
}

/** Options of `imageStatistics`. */
export interface ImageStatisticsOptions {
  /** About so many values are in memory at a time. @defaultValue 2^21 */
  valuesAtOnce?: number
  /** Stops between two chunks. @defaultValue none */
  signal?: AbortSignal | undefined
  /** Told how many images are read. @defaultValue nobody */
  onProgress?: ((done: number, total: number) => void) | undefined
}

/** Reads a dataset once, a chunk at a time, and measures its intensities. */
export async function imageStatistics(
  dataset: ImageDataset,
  { valuesAtOnce = 2 ** 21, signal, onProgress }: ImageStatisticsOptions = {},
): Promise<ImageStatistics> {
  const { size, channels, labels, classes } = dataset
  const perClass = classes.map(() => 0)
  for (const label of labels) perClass[label]!++
  const rowsAtOnce = Math.max(1, Math.floor(valuesAtOnce / pixelsOf(dataset)))
  let [min, max] = [Infinity, -Infinity]
  // Around one half, so that squares of nearly equal values do not cancel.
  const sums = new Float64Array(channels)
  const squares = new Float64Array(channels)
  for (let from = 0; from < size; from += rowsAtOnce) {
    signal?.throwIfAborted()
    const count = Math.min(rowsAtOnce, size - from)
    const values = await dataset.read(Int32Array.from({ length: count }, (_, i) => from + i))
    for (let at = 0; at < values.length; at++) {
      const value = values[at]!
      if (value < min) min = value
      if (value > max) max = value
      const centred = value - 0.5
      sums[at % channels]! += centred
      squares[at % channels]! += centred * centred
    }
    onProgress?.(from + count, size)
  }
  const perChannel = (size * pixelsOf(dataset)) / channels
  const mean = Array.from(sums, (sum) => sum / perChannel + 0.5)
  const deviation = Array.from(squares, (sum, channel) => Math.sqrt(Math.max(0, sum / perChannel - (mean[channel]! - 0.5) ** 2)))
  return size === 0 ? { perClass, min: NaN, max: NaN, mean, deviation } : { perClass, min, max, mean, deviation }
}
