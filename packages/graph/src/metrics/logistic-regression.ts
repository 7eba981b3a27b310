import { symmetricEigen } from "./symmetric-eigen.ts"

/** Rows of equal length, one for each example. */
export type FeatureRows = readonly Float64Array[]

/** Chance that an example belongs to the positive class, from its features. */
export type Classifier = (features: Float64Array) => number

/**
 * Binary logistic regression on standardised features, with a squared penalty of 1/2 on the weights (scikit-learn's default) and none on the
 * intercept. Minimised by accelerated gradient steps to 1e-4 nats an example: the same data give the same classifier.
 */
export function logisticRegression(positive: FeatureRows, negative: FeatureRows): Classifier {
  const standardised = standardisation([...positive, ...negative])
  const { rows, project } = rowSpace([...positive, ...negative].map(standardised))
  const width = rows[0]?.length ?? 0
  const weights = new Float64Array(width + 1) // the last one is the intercept
  const ahead = weights.slice()
  const gradient = new Float64Array(width + 1)
  const step = 1 / (curvature(rows) / 4 + 1)
  let momentum = 1
  for (let iteration = 0; iteration < 1000; iteration++) {
    gradient.set(ahead)
    gradient[width] = 0
    for (const [i, row] of rows.entries()) {
      const error = sigmoid(score(ahead, row)) - (i < positive.length ? 1 : 0)
      for (let k = 0; k < width; k++) gradient[k]! += error * row[k]!
      gradient[width] = (gradient[width] ?? 0) + error
    }
    const next = (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2
    let [norm, uphill] = [0, 0]
    for (let k = 0; k <= width; k++) {
      const moved = ahead[k]! - step * gradient[k]!
      norm += gradient[k]! * gradient[k]!
      uphill += gradient[k]! * (moved - weights[k]!)
      ahead[k] = moved + ((momentum - 1) / next) * (moved - weights[k]!)
      weights[k] = moved
    }
    momentum = uphill > 0 ? 1 : next // restart (O'Donoghue and Candes, 2015)
    if (norm / 2 < 1e-4 * rows.length) break // the penalty bounds what is left to gain
  }
  return (features) => sigmoid(score(weights, project(standardised(features))))
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

function score(weights: Float64Array, row: Float64Array): number {
  let sum = weights[row.length]!
  for (let k = 0; k < row.length; k++) sum += weights[k]! * row[k]!
  return sum
}

/** To mean 0 and deviation 1 over the rows; features that never change are left out. */
function standardisation(rows: FeatureRows): (row: Float64Array) => Float64Array {
  const width = rows[0]?.length ?? 0
  const [mean, variance] = [new Float64Array(width), new Float64Array(width)]
  for (const row of rows) for (let k = 0; k < width; k++) mean[k]! += row[k]! / rows.length
  for (const row of rows) for (let k = 0; k < width; k++) variance[k]! += (row[k]! - mean[k]!) ** 2 / rows.length
  const kept = Uint32Array.from(variance.keys()).filter((k) => variance[k]! > 1e-20)
  return (row) => Float64Array.from(kept, (k) => (row[k]! - mean[k]!) / Math.sqrt(variance[k]!))
}

/**
 * Rows in coordinates of the space that they span, where that has fewer dimensions than there are features: penalised weights lie in it,
 * so that the fit is the same.
 */
function rowSpace(rows: FeatureRows): { readonly rows: FeatureRows; readonly project: (row: Float64Array) => Float64Array } {
  const count = rows.length
  if ((rows[0]?.length ?? 0) <= count) return { rows, project: (row) => row }
  const { values, vectors } = symmetricEigen(
    rows.flatMap((a) => rows.map((b) => dot(a, b))),
    count,
  )
  const kept = Uint32Array.from(values.keys()).filter((k) => values[k]! > 1e-10 * values[count - 1]!)
  const project = (row: Float64Array): Float64Array => {
    const products = Float64Array.from(rows, (other) => dot(row, other))
    return Float64Array.from(kept, (k) => dot(vectors.subarray(k * count, (k + 1) * count), products) / Math.sqrt(values[k]!))
  }
  return { rows: rows.map(project), project }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!
  return sum
}

/** A bound, close from above, of the largest eigenvalue of X'X with the intercept's column: power iteration and a tenth on top. */
function curvature(rows: FeatureRows): number {
  const width = rows[0]?.length ?? 0
  let vector = new Float64Array(width + 1).fill(1)
  let value = 0
  for (let iteration = 0; iteration < 30; iteration++) {
    const image = new Float64Array(width + 1)
    for (const row of rows) {
      const product = score(vector, row)
      for (let k = 0; k < width; k++) image[k]! += product * row[k]!
      image[width]! += product
    }
    const norm = Math.sqrt(image.reduce((sum, entry) => sum + entry * entry, 0))
    if (norm === 0) return value
    value = norm
    vector = image.map((entry) => entry / norm)
  }
  return value * 1.1
}
