/** A pair of cells and its weight. */
export interface CellPairs {
  readonly first: Int32Array
  readonly second: Int32Array
  readonly weights: Float64Array
}

/**
 * Pairs of cells 1, 2 and 4 apart along rows and columns, weighted by row weight over distance: the score looks at nearby structure, and the work grows with the
 * number of cells and not with its square.
 *
 * @param rowWeights - [H]
 */
export function nearbyPairs(rowWeights: Float64Array, width: number, isPeriodic: boolean): CellPairs {
  const height = rowWeights.length
  const [first, second, weights]: [number[], number[], number[]] = [[], [], []]
  const add = (a: number, b: number, weight: number): void => void (first.push(a), second.push(b), weights.push(weight))
  for (const lag of [1, 2, 4])
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const cell = row * width + column
        if (column + lag < width) add(cell, cell + lag, rowWeights[row]! / lag)
        else if (isPeriodic && lag < width) add(cell, row * width + ((column + lag) % width), rowWeights[row]! / lag)
        if (row + lag < height) add(cell, cell + lag * width, (rowWeights[row]! + rowWeights[row + lag]!) / 2 / lag)
      }
  return { first: Int32Array.from(first), second: Int32Array.from(second), weights: Float64Array.from(weights) }
}

/**
 * Variogram score with p = 0.5 (Scheuerer and Hamill 2015, doi:10.1175/MWR-D-14-00269.1): weighted mean over pairs of cells of (|y_i - y_j|^p - mean over
 * members of |x_i - x_j|^p)^2, in units of the variable. It sees wrong spatial structure and is blind to a common bias. Pairs with an unusable cell are left out; NaN for none.
 *
 * @param members - where member m begins at `offset + m * stride`
 * @param usable - [H W], 1 for cells that count
 */
export function variogramScore(
  members: Float32Array,
  { offset, stride, count }: { readonly offset: number; readonly stride: number; readonly count: number },
  truth: Float32Array,
  truthOffset: number,
  { first, second, weights }: CellPairs,
  usable: Uint8Array,
): number {
  let [sum, total] = [0, 0]
  for (let pair = 0; pair < first.length; pair++) {
    const i = first[pair]!
    const j = second[pair]!
    if (usable[i] === 0 || usable[j] === 0) continue
    let expected = 0
    for (let m = 0, at = offset; m < count; m++, at += stride) expected += Math.sqrt(Math.abs(members[at + i]! - members[at + j]!))
    const miss = Math.sqrt(Math.abs(truth[truthOffset + i]! - truth[truthOffset + j]!)) - expected / count
    const weight = weights[pair]!
    sum += weight * miss * miss
    total += weight
  }
  return total > 0 ? sum / total : NaN
}
