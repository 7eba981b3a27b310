import * as tf from "../backend/tf.ts"
import { clipByGlobalNorm } from "../optimizer/clip-by-global-norm.ts"
import { ema as averageOf } from "../optimizer/ema.ts"
import type { OptimizerScalars } from "../optimizer/optimizer.ts"
import type { FlatParameters } from "../parameters.ts"
import type { UpdateOptions } from "./resource-update.ts"
import { asGroup, cloned, groupOf } from "./step-state.ts"

/** What an eager step updates, wherever it lives. */
export interface EagerState {
  /** Present parameters; disposed by the caller's tidy, or the state's own. */
  parameters(): FlatParameters
  /** Takes gradients in; returns what is to be reported. Runs inside the caller's tidy. */
  update(gradients: FlatParameters, scalars: OptimizerScalars, isLast: boolean): Record<string, tf.Tensor>
  /** Present values of everything; the caller disposes. */
  values(): FlatParameters
  /** Replaces everything; the tensors stay the caller's. */
  assign(values: FlatParameters): void
  dispose(): void
}

/** A state of plain tensors that each update replaces, for any backend. Takes `initial` over. */
export function tensorState(initial: FlatParameters, { optimizer, clipNorm, ema, accumulate = 1 }: UpdateOptions): EagerState {
  let state = initial
  const replace = (next: FlatParameters): void => {
    const survivors = new Set(Object.values(next))
    for (const tensor of Object.values(state)) if (!survivors.has(tensor)) tensor.dispose()
    for (const tensor of survivors) tf.keep(tensor)
    state = next
  }
  return {
    parameters: () => groupOf(state, "parameters"),
    update(fresh, scalars, isLast) {
      const reported: Record<string, tf.Tensor> = {}
      let gradients = fresh
      let accumulator: FlatParameters = {}
      if (accumulate > 1) {
        const total = groupOf(state, "accumulator")
        for (const [name, gradient] of Object.entries(fresh)) total[name] = tf.add(total[name]!, tf.div(gradient, accumulate))
        if (!isLast) {
          replace({ ...state, ...asGroup("accumulator", total) })
          return reported
        }
        gradients = Object.fromEntries(Object.keys(fresh).map((name) => [name, total[name]!]))
        accumulator = Object.fromEntries(Object.entries(total).map(([name, tensor]) => [name, tf.zerosLike(tensor)]))
      }
      if (clipNorm !== undefined) {
        const clipped = clipByGlobalNorm(gradients, clipNorm)
        gradients = clipped.gradients
        reported["gradientNorm"] = clipped.norm
      }
      const updated = optimizer.update(groupOf(state, "parameters"), gradients, groupOf(state, "optimizer"), scalars)
      replace({
        ...asGroup("parameters", updated.parameters),
        ...asGroup("optimizer", updated.state),
        ...(ema ? asGroup("ema", averageOf(groupOf(state, "ema"), updated.parameters, ema.decay)) : {}),
        ...asGroup("accumulator", accumulator),
      })
      return reported
    },
    values: () => cloned(state),
    assign: (values) => replace(Object.fromEntries(Object.keys(state).map((name) => [name, values[name]!.clone()]))),
    dispose: () => tf.dispose(Object.values(state)),
  }
}
