import { ShapeError } from "@scalewise/nn"

/** What several measurements of one quantity say. */
export interface Spread {
  mean: number
  /** Standard deviation, divided by the number of values less one; 0 of a single value. */
  deviation: number
  /** How many values there are. */
  count: number
}

/**
 * Mean and standard deviation of a few numbers.
 *
 * @throws ShapeError where there is none
 */
export function spread(values: ArrayLike<number>): Spread {
  const count = values.length
  if (count === 0) throw new ShapeError("spread: expected at least one value, got none")
  let sum = 0
  for (let i = 0; i < count; i++) sum += values[i]!
  const mean = sum / count
  let squares = 0
  for (let i = 0; i < count; i++) squares += (values[i]! - mean) ** 2
  return { mean, deviation: count === 1 ? 0 : Math.sqrt(squares / (count - 1)), count }
}
