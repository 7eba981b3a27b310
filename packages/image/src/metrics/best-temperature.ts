import { DataError, ShapeError } from "@scalewise/nn"

/** Predictions of tokens, with what the tokens were. */
export interface TokenPredictions {
  /** Row-major [N, V]; of one scale, since scales differ in calibration. */
  logits: Float32Array
  /** The true tokens, [N]. */
  targets: ArrayLike<number>
}

/** Options of `bestTemperature`. */
export interface BestTemperatureOptions {
  /** Where to look. @defaultValue [0.1, 10] */
  range?: readonly [number, number]
  /** Relative precision. @defaultValue 1e-3 */
  precision?: number
}

/**
 * The temperature by which to divide logits [N, V] so that the mean negative log likelihood of the targets [N] is least. It is convex in
 * the inverse temperature, hence has one minimum over its logarithm, which golden section search finds.
 *
 * @throws ShapeError where the logits are not one row a target, DataError for a target that is no column
 */
export function bestTemperature(
  { logits, targets }: TokenPredictions,
  { range: [low, high] = [0.1, 10], precision = 1e-3 }: BestTemperatureOptions = {},
): number {
  const width = vocabularyOf({ logits, targets })
  const largest = Float32Array.from({ length: targets.length }, (_, row) => {
    let most = -Infinity
    for (let v = 0; v < width; v++) most = Math.max(most, logits[row * width + v]!)
    return most
  })
  const nats = (logTemperature: number): number => {
    const temperature = Math.exp(logTemperature)
    let sum = 0
    for (let row = 0; row < targets.length; row++) {
      const at = row * width
      sum += (largest[row]! - logits[at + targets[row]!]!) / temperature + logSumFrom(logits, at, width, largest[row]!, temperature)
    }
    return sum / targets.length
  }
  return Math.exp(goldenSection(nats, Math.log(low), Math.log(high), precision))
}

/** log sum exp((logits - largest) / temperature) of the row at `at`. */
export function logSumFrom(logits: Float32Array, at: number, width: number, largest: number, temperature: number): number {
  let sum = 0
  for (let v = 0; v < width; v++) sum += Math.exp((logits[at + v]! - largest) / temperature)
  return Math.log(sum)
}

/** The argument between `low` and `high` where a function with one minimum is least, to within `precision`. */
function goldenSection(f: (x: number) => number, low: number, high: number, precision: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2
  let [left, right] = [high - ratio * (high - low), low + ratio * (high - low)]
  let [atLeft, atRight] = [f(left), f(right)]
  while (high - low > precision) {
    if (atLeft <= atRight) {
      ;[high, right, atRight] = [right, left, atLeft]
      left = high - ratio * (high - low)
      atLeft = f(left)
    } else {
      ;[low, left, atLeft] = [left, right, atRight]
      right = low + ratio * (high - low)
      atRight = f(right)
    }
  }
  return (low + high) / 2
}

/**
 * V, the number of columns of logits [N, V].
 *
 * @throws ShapeError where the logits are not one row a target, DataError for a target that is no column
 */
export function vocabularyOf({ logits, targets }: TokenPredictions): number {
  const width = logits.length / targets.length
  if (targets.length === 0 || !Number.isInteger(width))
    throw new ShapeError(`token calibration: expected logits [${targets.length}, V], got ${logits.length} numbers`)
  for (let row = 0; row < targets.length; row++)
    if (!(targets[row]! >= 0 && targets[row]! < width))
      throw new DataError(`token calibration: expected targets from 0 to ${width - 1}, got ${targets[row]} in row ${row}`)
  return width
}
