import { patternClasses } from "./pattern-head.ts"

const bitsOf = Float64Array.from({ length: patternClasses }, (_, c) => [0, 1, 2, 3].reduce((sum, bit) => sum + (((c + 1) >> bit) & 1), 0))

/**
 * Tilts the logits of a graph's sites [M, 15] so that the expected number of pairs that they place is `pairs`: adds lambda for every pair of
 * a pattern (the exponential family through the network's own law). Where `pairs` cannot be reached the nearest is.
 */
export function tiltedToBudget(logits: Float32Array, pairs: number): Float32Array {
  const sites = logits.length / patternClasses
  const expected = (lambda: number): number => {
    let total = 0
    for (let site = 0; site < sites; site++) {
      let largest = -Infinity
      for (let c = 0; c < patternClasses; c++) largest = Math.max(largest, logits[site * patternClasses + c]! + lambda * bitsOf[c]!)
      let [weight, sum] = [0, 0]
      for (let c = 0; c < patternClasses; c++) {
        const p = Math.exp(logits[site * patternClasses + c]! + lambda * bitsOf[c]! - largest)
        weight += p
        sum += p * bitsOf[c]!
      }
      total += sum / weight
    }
    return total
  }
  let [low, high] = [-20, 20]
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2
    if (expected(middle) < pairs) low = middle
    else high = middle
  }
  const lambda = (low + high) / 2
  return logits.map((logit, at) => logit + lambda * bitsOf[at % patternClasses]!)
}
