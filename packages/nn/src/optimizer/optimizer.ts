import type * as tf from "../backend/tf.ts"
import type { FlatParameters } from "../parameters.ts"

/** The numbers of an optimiser that change from step to step (rate, bias corrections), as scalar tensors: inputs of a captured graph. */
export type OptimizerScalars = Readonly<Record<string, tf.Scalar>>

/**
 * A pair of pure functions over flat records of tensors.
 * A gradient may be missing: then that parameter and its moments stay as they are, weight decay included.
 */
export interface Optimizer {
  /** Moments of zero for each parameter, named `SLOT.PARAMETER`; the caller disposes. */
  init(parameters: FlatParameters): FlatParameters
  /** What `update` needs to know of the update that follows `step` earlier ones. */
  scalars(step: number): Record<string, number>
  /** One update as new tensors; the arguments stay the caller's. Entries that do not change may be the same tensors. */
  update(
    parameters: FlatParameters,
    gradients: FlatParameters,
    state: FlatParameters,
    scalars: OptimizerScalars,
  ): { parameters: FlatParameters; state: FlatParameters }
  /**
   * The same update in place, on resource variables of the native backend, with fused operations. Without it a captured step
   * traces `update` and assigns what it returns. Runs inside a tidy.
   */
  updateInPlace?(variables: ResourceVariables, gradients: FlatParameters, scalars: OptimizerScalars): void
}

/** Resource variables of libtensorflow by name: `parameters.NAME` and `optimizer.SLOT.NAME`. */
export interface ResourceVariables {
  /** Runs a raw operation whose first inputs are the named variables. Reads and writes keep the order of the calls. */
  apply(operation: string, variables: readonly string[], inputs: readonly tf.Tensor[], attributes?: Readonly<Record<string, boolean>>): void
  /** The present value; the caller disposes. */
  read(variable: string): tf.Tensor
  /** The names of one group, without it: `names("optimizer")`. */
  names(group: string): string[]
}

/** Options of weight groups: what one parameter does otherwise than the rest. */
export interface ParameterGroup {
  /** Replaces the optimiser's weight decay. */
  readonly weightDecay?: number
  /** Multiplies the rate. @defaultValue 1 */
  readonly rateScale?: number
}
