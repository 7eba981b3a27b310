/**
 * Energy score of M members against a truth, both as weighted vectors: mean |x_m - y| - mean over pairs of |x_m - x_n| / 2 with Euclidean norms,
 * pairs of different members only (the fair form; Gneiting and Raftery 2007, doi:10.1198/016214506000001437, Eq. 22). It judges whole
 * fields: wrong correlation between cells costs, which CRPS does not see. One member: the distance.
 *
 * @param vectors - [M + 1, n], the truth last, each number times the root of its weight, weights adding up to 1: then the norm is a root mean square
 */
export function energyScore(vectors: Float64Array, members: number, length: number): number {
  const truth = members * length
  let toTruth = 0
  let between = 0
  for (let m = 0; m < members; m++) {
    toTruth += distance(vectors, m * length, truth, length)
    for (let n = 0; n < m; n++) between += distance(vectors, m * length, n * length, length)
  }
  return toTruth / members - (members < 2 ? 0 : between / (members * (members - 1)))
}

function distance(vectors: Float64Array, a: number, b: number, length: number): number {
  // Four sums side by side: one alone would wait for itself at every addition
  let [p, q, r, s] = [0, 0, 0, 0]
  let i = 0
  for (; i + 4 <= length; i += 4) {
    const one = vectors[a + i]! - vectors[b + i]!
    const two = vectors[a + i + 1]! - vectors[b + i + 1]!
    const three = vectors[a + i + 2]! - vectors[b + i + 2]!
    const four = vectors[a + i + 3]! - vectors[b + i + 3]!
    p += one * one
    q += two * two
    r += three * three
    s += four * four
  }
  for (; i < length; i++) p += (vectors[a + i]! - vectors[b + i]!) ** 2
  return Math.sqrt(p + q + r + s)
}
