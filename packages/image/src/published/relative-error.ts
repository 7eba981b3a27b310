/**
 * The largest difference between two lists of numbers, relative to the largest reference value: NaN where any number is, so that
 * `error <= limit` fails.
 */
export function relativeError(own: ArrayLike<number>, reference: ArrayLike<number>): number {
  let [difference, size] = [0, 0]
  for (let at = 0; at < reference.length; at++) {
    const gap = Math.abs(own[at]! - reference[at]!)
    if (Number.isNaN(gap)) return NaN
    difference = Math.max(difference, gap)
    size = Math.max(size, Math.abs(reference[at]!))
  }
  return difference === 0 ? 0 : difference / size
}
