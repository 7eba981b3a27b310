import type { RandomStream } from "@scalewise/nn"

/**
 * q: turns data into one training target per step, coarse to fine (Eqs. 12-16).
 *
 * A deterministic process (VAR's pyramid) ignores `random`; a stochastic one (noise levels, flipped bits) draws
 * from it and from nothing else.
 */
export interface ForwardProcess<Data, Target> {
  /** K, the number of refinement steps. */
  readonly steps: number
  /** The K targets of `data`; `targets[k - 1]` belongs to step k. The caller owns the tensors. */
  targets(data: Data, random: RandomStream): Target[]
}
