import type * as tf from "../backend/tf.ts"
import type { Optimizer } from "../optimizer/optimizer.ts"
import type { FlatParameters, Parameters } from "../parameters.ts"
import type { OperationTime } from "./profile.ts"

/** Everything that changes from step to step: batch, noise, masks. */
export type StepInputs = Readonly<Record<string, tf.Tensor>>

/** Tells inputs of different names, element types or shapes apart: each has its own graph. */
export const shapesKey = (tensors: StepInputs): string =>
  Object.entries(tensors)
    .map(([name, { dtype, shape }]) => `${name} ${dtype} ${shape.join()}`)
    .join("; ")

/**
 * A pure function: no tensor read back to JavaScript, no randomness of its own, shapes given by the shapes of the inputs.
 * Returns the scalar to minimise, alone or with other tensors to report.
 */
export type Loss<P> = (parameters: P, inputs: StepInputs) => tf.Tensor | ({ loss: tf.Tensor } & Record<string, tf.Tensor>)

/** A training step that owns its parameters and everything else it updates. */
export interface TrainStep<P> {
  /** `captured`: one TensorFlow graph per shape of the inputs, run in a session. `eager`: operation by operation. */
  readonly mode: "captured" | "eager"
  /** Why `mode` is `eager` although `auto` was asked for. */
  readonly fallbackReason: string | undefined
  /** Updates done. */
  readonly step: number
  /**
   * One update (with `accumulate: n`: every n-th call updates, the others add up gradients).
   * Returns `loss`, what the loss function reports besides, and `gradientNorm` where clipping is on, all from before the update;
   * the caller disposes them. Reading them is the caller's choice: `await loss.data()` once in a while.
   */
  run(inputs: StepInputs): Record<string, tf.Tensor>
  /**
   * What each operation of the captured step takes, of a step that completes an accumulation, in the order in which they were traced;
   * nothing is updated. They run one after the other in a graph of their own, where nothing is merged and nothing runs beside anything, so
   * that the sum exceeds what a step takes. Absent where the step is not captured.
   *
   * @param repeats - the smallest of so many readings counts. @defaultValue 10
   */
  readonly profile?: ((inputs: StepInputs, repeats?: number) => OperationTime[]) | undefined
  /** The present parameters. The tensors are the caller's to dispose and do not change with later updates. */
  parameters(): P
  /** Their moving average, on the same terms; undefined where `ema` was not asked for. */
  averaged(): P | undefined
  /**
   * All that a resume needs, by flat names: `parameters.*`, `optimizer.*`, `ema.*`, `accumulator.*` and the counters `step` and
   * `accumulated`. The caller disposes.
   */
  state(): FlatParameters
  /**
   * The exact inverse of `state`; the tensors stay the caller's.
   * @throws CheckpointError that names what is missing, unknown or of another shape; nothing is changed then.
   */
  restore(state: FlatParameters): void
  /** Releases tensors, sessions and graphs. */
  dispose(): void
}

/** Options of `compile`. */
export interface CompileOptions<P extends Parameters> {
  /** Initial values; copied, so that they stay the caller's to dispose. */
  readonly parameters: P
  readonly optimizer: Optimizer
  /** Largest Euclidean norm of all gradients together. @defaultValue no clipping */
  readonly clipNorm?: number
  /** Keeps an exponential moving average of the parameters. @defaultValue none */
  readonly ema?: { readonly decay: number }
  /** Calls of `run` whose gradients are averaged for one update. @defaultValue 1 */
  readonly accumulate?: number
  /** `auto` captures where the backend can and falls back to `eager` where the loss cannot be captured. @defaultValue "auto" */
  readonly mode?: "auto" | "eager" | "captured"
  /** Which parameters are trained, by dotted name. @defaultValue all */
  readonly trainable?: (name: string) => boolean
}
