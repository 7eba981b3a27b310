import { tempered, type BackwardProcess } from "@scalewise/core"
import { ConfigError } from "@scalewise/nn"

/** Options of `annealed`. */
export interface AnnealedOptions {
  /** Temperature of the first step. @defaultValue 1.3 */
  from?: number
  /** Temperature of the last step. @defaultValue 0.7 */
  to?: number
}

/**
 * Bold at the coarse scales, careful at the fine ones: the temperature falls geometrically from the first step to the last.
 *
 * @throws ConfigError for a temperature that is not positive
 */
export function annealed<State, Draw, Condition, Output>(
  process: BackwardProcess<State, Draw, Condition, Output>,
  { from = 1.3, to = 0.7 }: AnnealedOptions = {},
): BackwardProcess<State, Draw, Condition, Output> {
  if (!(from > 0) || !(to > 0)) throw new ConfigError(`annealed: expected temperatures above 0, got ${from} and ${to}`)
  const temperature = Array.from({ length: process.steps }, (_, k) => {
    const progress = process.steps === 1 ? 0 : k / (process.steps - 1)
    return from * (to / from) ** progress
  })
  return tempered(process, { temperature })
}
