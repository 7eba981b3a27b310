import { tf } from "@scalewise/nn"
import type { GridSchedule } from "./grid-schedule.ts"

/** Options of `blockCausalMask`. */
export interface BlockCausalMaskOptions {
  /** How many earlier scales a site sees besides its own: 1 for a first-order (Markov) model such as MVAR. @defaultValue Infinity */
  readonly order?: number
}

/**
 * Additive attention mask [L, L]: 0 where the site of a row may see the site of a column (its own scale and earlier ones), -1e9
 * elsewhere. Minus infinity would turn a fully masked row into NaN.
 */
export function blockCausalMask(schedule: GridSchedule, { order = Infinity }: BlockCausalMaskOptions = {}): tf.Tensor {
  const { length, tokens } = schedule
  const scaleOfSite = tokens.flatMap((count, scale) => Array.from({ length: count }, () => scale))
  const mask = new Float32Array(length * length)
  for (const [row, own] of scaleOfSite.entries())
    for (const [column, seen] of scaleOfSite.entries()) if (seen > own || seen < own - order) mask[row * length + column] = -1e9
  return tf.tensor(mask, [length, length])
}
