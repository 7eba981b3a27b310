/**
 * How many values fall into each of `bins` equal bins of [low, high]; values outside are dropped. Bins are half open but the last, and a
 * value is compared with the edges themselves: the counts are those of NumPy's `histogram`, which published figures come from.
 */
export function histogram(values: ArrayLike<number>, bins: number, low: number, high: number): Float64Array {
  const step = (high - low) / bins
  const edge = (bin: number): number => (bin === bins ? high : bin * step + low)
  const counts = new Float64Array(bins)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!(value >= low && value <= high)) continue
    let bin = Math.min(Math.floor(((value - low) / (high - low)) * bins), bins - 1)
    if (value < edge(bin)) bin--
    else if (bin < bins - 1 && value >= edge(bin + 1)) bin++
    counts[bin]!++
  }
  return counts
}
