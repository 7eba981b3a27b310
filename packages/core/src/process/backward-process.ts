import type { RandomStream } from "@scalewise/nn"
import type { Distribution } from "../distribution/distribution.ts"

/**
 * p_theta: what the sampling loop needs of a model, and nothing more (Eqs. 10 and 17-20). A plain record of functions,
 * not an instance of a class: wrappers copy its members. States hold no tensor of the parameters, only of their own.
 *
 * @typeParam State - what is refined: tensors with the batch as first dimension, or a record of them
 * @typeParam Draw - what one step draws: token ids [B, L], an image [B, H, W, C], ...
 * @typeParam Condition - what steers the model (a label, a previous weather state), or `undefined`
 * @typeParam Output - what `readout` decodes a state to
 */
export interface BackwardProcess<State, Draw, Condition = undefined, Output = unknown> {
  /** K, the number of refinement steps; where `finished` is there, the most it can be. */
  readonly steps: number
  /** Whether a state needs no further steps, of a process whose number of steps depends on its draws. */
  finished?(state: State): boolean
  /** Network evaluations of one `predict` at `step`; 1 where absent. Guidance doubles it. */
  networkCalls?(step: number): number
  /** The condition that stands for "none", in the place of `condition`: what guidance steers away from. */
  unconditional?(condition: Condition): Condition
  /** s_0 (Eq. 10). `random` has one branch per sample (see `RandomStream.samples`). */
  start(batch: number, condition: Condition, random: RandomStream): State
  /** p(draw_k | s_{k-1}): Eq. 17 at step 1, Eq. 18 after. Steps count from 1 to K. */
  predict(state: State, step: number, condition: Condition): Distribution<Draw>
  /**
   * s_k = F_k(s_{k-1}, draw) (Eqs. 10 and 19). All randomness is in the draw.
   *
   * `prediction` is what this process's own `predict` returned for `state` and `step`, in the same `tf.tidy`: a
   * process that did work there which the next step needs (keys and values of an attention cache, an estimate)
   * returns it as further properties of its prediction and finds it here. Most processes have no use for it.
   */
  advance(state: State, step: number, draw: Draw, prediction?: Distribution<Draw>): State
  /** Decodes the state (Eq. 20). Legal after any step: a preview. */
  readout(state: State): Output
}
