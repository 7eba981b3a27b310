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
  let sum = 0
  for (let i = 0; i < length; i++) {
    const difference = vectors[a + i]! - vectors[b + i]!
    sum += difference * difference
  }
  return Math.sqrt(sum)
}
