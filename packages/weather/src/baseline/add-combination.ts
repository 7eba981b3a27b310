/**
 * Adds a weighted sum of rows to `into` from `at` on: `weights[k]` times the `size` numbers of `values` from `offsets[k]` on. Four rows at a time, since most of
 * the work is to read and write the sum.
 */
export function addCombination(
  into: Float32Array,
  at: number,
  size: number,
  values: Float32Array,
  offsets: ArrayLike<number>,
  weights: ArrayLike<number>,
): void {
  const count = offsets.length
  let k = 0
  for (; k + 4 <= count; k += 4) {
    const [a, b, c, d] = [offsets[k]!, offsets[k + 1]!, offsets[k + 2]!, offsets[k + 3]!]
    const [p, q, r, s] = [weights[k]!, weights[k + 1]!, weights[k + 2]!, weights[k + 3]!]
    for (let n = 0; n < size; n++) into[at + n]! += p * values[a + n]! + q * values[b + n]! + r * values[c + n]! + s * values[d + n]!
  }
  for (; k < count; k++) {
    const [offset, weight] = [offsets[k]!, weights[k]!]
    for (let n = 0; n < size; n++) into[at + n]! += weight * values[offset + n]!
  }
}
