import { ConfigError, type RandomStream } from "@scalewise/nn"

/** The last losses of each noise level: all that loss-aware sampling remembers, plain arrays for a checkpoint. */
export interface LossHistory {
  /** T. */
  readonly levels: number
  /** Values kept per level. */
  readonly depth: number
  /** [T * depth], the oldest of a level first. */
  readonly losses: Float64Array
  /** How many of a level's values are filled, [T]. */
  readonly counts: Int32Array
}

/** Levels drawn for a batch, and the weights that keep the expected loss what uniform levels would give. */
export interface DrawnLevels {
  /** t, from 1 to T, [B]. */
  levels: Int32Array
  /** 1 / (T p(t)), [B]. */
  weights: Float32Array
}

/** An empty history. `depth` is 10 in Nichol and Dhariwal 2021, section 3.3. */
export function lossHistory(levels: number, depth = 10): LossHistory {
  if (!(Number.isInteger(levels) && levels >= 1 && Number.isInteger(depth) && depth >= 1))
    throw new ConfigError(`lossHistory: expected at least one level and one value per level, got ${levels} and ${depth}`)
  return { levels, depth, losses: new Float64Array(levels * depth), counts: new Int32Array(levels) }
}

/**
 * p(t), proportional to the root mean square of the level's losses, with a share `uniform` of even odds; all even
 * until every level's history is full (Nichol and Dhariwal 2021, Eq. 18).
 */
export function levelProbabilities({ levels, depth, losses, counts }: LossHistory, uniform = 0.001): Float64Array {
  const even = new Float64Array(levels).fill(1 / levels)
  if (counts.some((count) => count < depth)) return even
  const size = Float64Array.from({ length: levels }, (_, t) => Math.sqrt(meanSquare(losses.subarray(t * depth, (t + 1) * depth))))
  const total = size.reduce((sum, value) => sum + value, 0)
  return total > 0 ? size.map((value) => ((1 - uniform) * value) / total + uniform / levels) : even
}

/** Draws `batch` levels with the probabilities of `history`, or evenly with a number of levels in its place. */
export function drawLevels(history: LossHistory | number, batch: number, random: RandomStream): DrawnLevels {
  const probabilities = typeof history === "number" ? new Float64Array(history).fill(1 / history) : levelProbabilities(history)
  let sum = 0
  const cumulative = probabilities.map((p) => (sum += p))
  const levels = Int32Array.from(random.uniformValues([batch]), (u) => {
    const index = cumulative.findIndex((end) => u * sum < end)
    return index < 0 ? probabilities.length : index + 1
  })
  return { levels, weights: Float32Array.from(levels, (t) => 1 / (probabilities.length * probabilities[t - 1]!)) }
}

/** The history after a step: each loss enters its level's values, the oldest leaves. */
export function recordLosses(history: LossHistory, levels: ArrayLike<number>, losses: ArrayLike<number>): LossHistory {
  const { depth } = history
  const next = { ...history, losses: history.losses.slice(), counts: history.counts.slice() }
  for (let b = 0; b < levels.length; b++) {
    const t = levels[b]! - 1
    const values = next.losses.subarray(t * depth, (t + 1) * depth)
    const count = next.counts[t]!
    if (count === depth) values.copyWithin(0, 1)
    values[Math.min(count, depth - 1)] = losses[b]!
    next.counts[t] = Math.min(count + 1, depth)
  }
  return next
}

const meanSquare = (values: Float64Array): number => values.reduce((sum, value) => sum + value ** 2, 0) / values.length
