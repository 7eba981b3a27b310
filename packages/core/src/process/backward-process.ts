import type { RandomStream } from "@scalewise/nn"
import type { Distribution } from "../distribution/distribution.ts"

/**
 * p_theta: what the sampling loop needs of a model, and nothing more (Eqs. 10 and 17-20).
 *
 * @typeParam State - what is refined: tensors with the batch as first dimension, or a record of them
 * @typeParam Draw - what one step draws: token ids [B, L], an image [B, H, W, C], ...
 * @typeParam Condition - what steers the model (a label, a previous weather state), or `undefined`
 * @typeParam Output - what `readout` decodes a state to
 */
export interface BackwardProcess<State, Draw, Condition = undefined, Output = unknown> {
  /** K, the number of refinement steps. */
  readonly steps: number
  /** Network evaluations of one `predict` at `step`; 1 where absent. Guidance doubles it. */
  networkCalls?(step: number): number
  /** s_0 (Eq. 10). `random` has one branch per sample (see `RandomStream.samples`). */
  start(batch: number, condition: Condition, random: RandomStream): State
  /** p(draw_k | s_{k-1}): Eq. 17 at step 1, Eq. 18 after. Steps count from 1 to K. */
  predict(state: State, step: number, condition: Condition): Distribution<Draw>
  /** s_k = F_k(s_{k-1}, draw) (Eqs. 10 and 19). All randomness is in the draw. */
  advance(state: State, step: number, draw: Draw): State
  /** Decodes the state (Eq. 20). Legal after any step: a preview. */
  readout(state: State): Output
}
