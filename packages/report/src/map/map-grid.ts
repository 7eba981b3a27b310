/** Where the values of a map lie: rows from north to south, columns eastward, one after the other in a row. */
export interface MapGrid {
  /** Degrees north of the rows, descending; [H]. */
  readonly latitudes: ArrayLike<number>
  /** Degrees east of the columns, ascending (so they may pass 180 or 360); [W]. */
  readonly longitudes: ArrayLike<number>
  /**
   * Whether the columns go round the globe.
   * @defaultValue false
   */
  readonly isPeriodic?: boolean
}

/** Throws a RangeError where coordinates do not run north to south and eastward. */
export function checkMapGrid({ latitudes, longitudes }: MapGrid): void {
  if (latitudes.length === 0 || longitudes.length === 0) throw new RangeError("map: expected at least one row and one column, got none")
  for (let i = 1; i < latitudes.length; i++)
    if (!(latitudes[i]! < latitudes[i - 1]!))
      throw new RangeError(
        `map: expected latitudes from north to south, got ${latitudes[i - 1]} before ${latitudes[i]}; turn the rows round`,
      )
  for (let i = 1; i < longitudes.length; i++)
    if (!(longitudes[i]! > longitudes[i - 1]!))
      throw new RangeError(
        `map: expected longitudes that ascend without a jump, got ${longitudes[i - 1]} before ${longitudes[i]}; add 360 behind the jump`,
      )
}

/**
 * Where a coordinate lies between ascending ones, counted in their places: 1.5 is half-way from the second to the third. Held
 * at the ends.
 */
export function fractionalIndex(ascending: ArrayLike<number>, value: number): number {
  const last = ascending.length - 1
  if (last === 0 || value <= ascending[0]!) return 0
  if (value >= ascending[last]!) return last
  let [low, high] = [0, last]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (ascending[middle]! <= value) low = middle
    else high = middle
  }
  return low + (value - ascending[low]!) / (ascending[high]! - ascending[low]!)
}
