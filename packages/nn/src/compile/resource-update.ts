import * as tf from "../backend/tf.ts"
import { clipByGlobalNorm } from "../optimizer/clip-by-global-norm.ts"
import type { ResourceVariables } from "../optimizer/optimizer.ts"
import type { FlatParameters, Parameters } from "../parameters.ts"
import type { CompileOptions } from "./train-step.ts"

/** What of `compile`'s options the update depends on. */
export type UpdateOptions = Pick<CompileOptions<Parameters>, "optimizer" | "clipNorm" | "ema" | "accumulate">

/**
 * Accumulation, clipping, optimiser and moving average on the resource variables of the native backend, in this order.
 * Returns what is to be reported besides the loss. Runs inside the caller's tidy.
 *
 * @param isLast - whether this call completes an accumulation and updates
 */
export function updateResources(
  variables: ResourceVariables,
  fresh: FlatParameters,
  scalars: Readonly<Record<string, tf.Scalar>>,
  averaged: readonly string[],
  isLast: boolean,
  { optimizer, clipNorm, ema, accumulate = 1 }: UpdateOptions,
): Record<string, tf.Tensor> {
  const reported: Record<string, tf.Tensor> = {}
  let gradients = fresh
  if (accumulate > 1) {
    gradients = {}
    for (const [name, gradient] of Object.entries(fresh)) {
      const share = tf.div(gradient, accumulate)
      if (!isLast) variables.apply("AssignAddVariableOp", [`accumulator.${name}`], [share])
      else {
        gradients[name] = tf.add(variables.read(`accumulator.${name}`), share)
        variables.apply("AssignVariableOp", [`accumulator.${name}`], [tf.zerosLike(share)])
      }
    }
    if (!isLast) return reported
  }
  if (clipNorm !== undefined) {
    const clipped = clipByGlobalNorm(gradients, clipNorm)
    gradients = clipped.gradients
    reported["gradientNorm"] = clipped.norm
  }
  if (optimizer.updateInPlace) optimizer.updateInPlace(variables, gradients, scalars)
  else assignUpdate(variables, gradients, scalars, optimizer)
  if (ema) {
    const rate = tf.scalar(1 - ema.decay)
    for (const name of averaged) {
      const behind = tf.sub(variables.read(`ema.${name}`), variables.read(`parameters.${name}`))
      variables.apply("ResourceApplyGradientDescent", [`ema.${name}`], [rate, behind], { use_locking: false })
    }
  }
  return reported
}

/** An optimiser without a fused form: its pure update, and an assignment of what it changed. */
function assignUpdate(
  variables: ResourceVariables,
  gradients: FlatParameters,
  scalars: Readonly<Record<string, tf.Scalar>>,
  optimizer: UpdateOptions["optimizer"],
): void {
  const names = Object.keys(gradients)
  const parameters = Object.fromEntries(names.map((name) => [name, variables.read(`parameters.${name}`)]))
  const slots = variables.names("optimizer")
  const state = Object.fromEntries(slots.map((slot) => [slot, variables.read(`optimizer.${slot}`)]))
  const updated = optimizer.update(parameters, gradients, state, scalars)
  for (const [name, tensor] of Object.entries(updated.parameters)) {
    if (tensor !== parameters[name]) variables.apply("AssignVariableOp", [`parameters.${name}`], [tensor])
  }
  for (const [slot, tensor] of Object.entries(updated.state)) {
    if (tensor !== state[slot]) variables.apply("AssignVariableOp", [`optimizer.${slot}`], [tensor])
  }
}
