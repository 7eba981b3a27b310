/**
 * Independent yes-or-no choices given how many say yes: p(S) proportional to the product of the odds of its members, over all sets of
 * `count` items. The factorised law of a scale (Eq. 18), restricted to the size that the next level has.
 */
export interface ConditionalBernoulli {
  readonly logOdds: ArrayLike<number>
  readonly count: number
}

/** The constant that, added to all log-odds, makes the expected number of yes equal `count`; the law of the set does not change. */
export function centring({ logOdds, count }: ConditionalBernoulli): number {
  const items = logOdds.length
  if (count <= 0) return -Infinity
  if (count >= items) return Infinity
  const values = Array.from(logOdds)
  let [low, high] = [-40 - Math.max(...values), 40 - Math.min(...values)]
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    const expected = values.reduce((sum, value) => sum + 1 / (1 + Math.exp(-(value + middle))), 0)
    if (expected < count) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/**
 * A draw: every item flips its own coin, again and again until the number is right. `uniform(item, attempt)` is the item's own
 * randomness, so that permuting the items with their randomness permutes the draw. After 1,000 attempts, which a centred law does not
 * need in practice, the items nearest to a yes are taken.
 */
export function drawConditionalBernoulli(law: ConditionalBernoulli, uniform: (item: number, attempt: number) => number): Uint8Array {
  const items = law.logOdds.length
  const shift = centring(law)
  const probability = Float64Array.from({ length: items }, (_, i) => 1 / (1 + Math.exp(-(law.logOdds[i]! + shift))))
  const chosen = new Uint8Array(items)
  for (let attempt = 0; attempt < 1000; attempt++) {
    let yes = 0
    for (let i = 0; i < items; i++) yes += chosen[i] = uniform(i, attempt) < probability[i]! ? 1 : 0
    if (yes === law.count) return chosen
  }
  const lead = (i: number): number => law.logOdds[i]! - Math.log(uniform(i, 0) / (1 - uniform(i, 0)))
  return mostLikely(
    Float64Array.from({ length: items }, (_, i) => lead(i)),
    law.count,
  )
}

/** The most probable set: the `count` items of largest log-odds. */
export function mostLikely(logOdds: ArrayLike<number>, count: number): Uint8Array {
  const order = Array.from({ length: logOdds.length }, (_, i) => i).sort((i, j) => logOdds[j]! - logOdds[i]!)
  const chosen = new Uint8Array(logOdds.length)
  for (const i of order.slice(0, count)) chosen[i] = 1
  return chosen
}

/** log p(chosen); the normalising constant is an elementary symmetric polynomial of the odds. */
export function conditionalBernoulliLogProb(law: ConditionalBernoulli, chosen: ArrayLike<number>): number {
  const { logOdds, count } = law
  const items = logOdds.length
  let total = 0
  let yes = 0
  for (let i = 0; i < items; i++)
    if (chosen[i]) {
      total += logOdds[i]!
      yes++
    }
  if (yes !== count) return -Infinity
  return count === 0 || count === items ? 0 : total - logSymmetric(logOdds, count)
}

/** Entropy in nats: log of the normalising constant less the expected log-odds of the chosen. */
export function conditionalBernoulliEntropy({ logOdds, count }: ConditionalBernoulli): number {
  const items = logOdds.length
  if (count === 0 || count === items) return 0
  const normaliser = logSymmetric(logOdds, count)
  let expected = 0
  for (let i = 0; i < items; i++) {
    const inclusion = Math.exp(logOdds[i]! + logSymmetric(logOdds, count - 1, i) - normaliser)
    expected += inclusion * logOdds[i]!
  }
  return normaliser - expected
}

/** Logarithm of the sum over all sets of `count` items, `without` one, of the product of their odds. */
function logSymmetric(logOdds: ArrayLike<number>, count: number, without = -1): number {
  const sums = new Float64Array(count + 1).fill(-Infinity)
  sums[0] = 0
  for (let i = 0; i < logOdds.length; i++)
    if (i !== without) for (let j = Math.min(i + 1, count); j >= 1; j--) sums[j] = logAdd(sums[j]!, sums[j - 1]! + logOdds[i]!)
  return sums[count]!
}

const logAdd = (a: number, b: number): number => {
  const larger = Math.max(a, b)
  return larger === -Infinity ? larger : larger + Math.log1p(Math.exp(Math.min(a, b) - larger))
}
