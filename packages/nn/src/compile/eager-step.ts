import { nativeBackend } from "../backend/native-backend.ts"
import * as tf from "../backend/tf.ts"
import { flattenParameters, type Parameters, unflattenParameters } from "../parameters.ts"
import { tensorState } from "./eager-state.ts"
import { lossAndGradients } from "./loss-and-gradients.ts"
import { resourceState } from "./resource-state.ts"
import { checkState, counters, groupOf, initialState, shapesOf } from "./step-state.ts"
import type { CompileOptions, Loss, TrainStep } from "./train-step.ts"

/** A training step that runs operation by operation, on any backend; on native its state is resident and updated in place. */
export function eagerStep<P extends Parameters>(loss: Loss<P>, options: CompileOptions<P>, fallbackReason?: string): TrainStep<P> {
  const { optimizer, ema, accumulate = 1, trainable: isTrainable = () => true } = options
  const flat = flattenParameters(options.parameters)
  const trainable = Object.keys(flat).filter(isTrainable)
  const initial = initialState(flat, trainable, options)
  const shapes = shapesOf(initial)
  const native = nativeBackend()
  const state = native ? resourceState(native, initial, options) : tensorState(initial, options)
  let step = 0
  let accumulated = 0

  const group = (name: string): P => {
    const values = state.values()
    const members = groupOf(values, name)
    const kept = new Set(Object.values(members))
    tf.dispose(Object.values(values).filter((tensor) => !kept.has(tensor)))
    return unflattenParameters(members) as P
  }

  return {
    mode: "eager",
    fallbackReason,
    get step() {
      return step
    },
    run(inputs) {
      const isLast = accumulated + 1 === accumulate
      const reported = tf.tidy(() => {
        // The values that the loss used are gone before the update, which then need not copy them.
        const found = tf.tidy(() => lossAndGradients(loss, state.parameters(), trainable, inputs))
        const scalars = Object.fromEntries(Object.entries(optimizer.scalars(step)).map(([name, value]) => [name, tf.scalar(value)]))
        return { ...found.outputs, ...state.update(found.gradients, scalars, isLast) }
      })
      accumulated = (accumulated + 1) % accumulate
      if (isLast) step += 1
      return reported
    },
    parameters: () => group("parameters"),
    averaged: () => (ema ? group("ema") : undefined),
    state: () => ({ ...state.values(), ...counters(step, accumulated) }),
    restore(saved) {
      const found = checkState(shapes, saved, accumulate)
      state.assign(saved)
      ;({ step, accumulated } = found)
    },
    dispose: () => state.dispose(),
  }
}
