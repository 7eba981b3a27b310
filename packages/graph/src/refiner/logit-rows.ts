/** The class of largest logit + noise, and its log-probability without the noise, among `classes` logits from `at`. */
export function drawnClass(
  logits: Float32Array,
  at: number,
  classes: number,
  noise: (c: number) => number,
): { readonly drawn: number; readonly logProb: number } {
  let [drawn, best, largest] = [0, -Infinity, -Infinity]
  for (let c = 0; c < classes; c++) {
    const logit = logits[at + c]!
    if (logit > largest) largest = logit
    const value = logit + noise(c)
    if (value > best) [drawn, best] = [c, value]
  }
  return { drawn, logProb: logits[at + drawn]! - logSumExp(logits, at, classes, largest) }
}

/** Natural log-probability of a class. */
export function classLogProb(logits: Float32Array, at: number, classes: number, c: number): number {
  return logits[at + c]! - logSumExp(logits, at, classes, largestOf(logits, at, classes))
}

/** Entropy in nats. */
export function classEntropy(logits: Float32Array, at: number, classes: number): number {
  const total = logSumExp(logits, at, classes, largestOf(logits, at, classes))
  let entropy = 0
  for (let c = 0; c < classes; c++) {
    const logProb = logits[at + c]! - total
    entropy -= Math.exp(logProb) * logProb
  }
  return entropy
}

const largestOf = (logits: Float32Array, at: number, classes: number): number => {
  let largest = -Infinity
  for (let c = 0; c < classes; c++) largest = Math.max(largest, logits[at + c]!)
  return largest
}

const logSumExp = (logits: Float32Array, at: number, classes: number, largest: number): number => {
  let sum = 0
  for (let c = 0; c < classes; c++) sum += Math.exp(logits[at + c]! - largest)
  return largest + Math.log(sum)
}
