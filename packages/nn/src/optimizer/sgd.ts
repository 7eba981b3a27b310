import * as tf from "../backend/tf.ts"
import type { FlatParameters } from "../parameters.ts"
import type { Optimizer, ParameterGroup } from "./optimizer.ts"
import { constant, type Schedule } from "./schedule.ts"

/** Options of `sgd`. */
export interface SgdOptions {
  /** Learning rate, or its schedule. */
  readonly rate: number | Schedule
  /** Heavy-ball momentum as in PyTorch: `v = momentum v + g`, `p = p - rate v`. @defaultValue 0 */
  readonly momentum?: number
  /** Decoupled: each update multiplies a parameter by `1 - rate * weightDecay`. @defaultValue 0 */
  readonly weightDecay?: number
  /** What a parameter of that dotted name does otherwise. */
  readonly groups?: (name: string) => ParameterGroup | undefined
}

/** Gradient descent, with momentum if asked for. */
export function sgd({ rate, momentum = 0, weightDecay = 0, groups }: SgdOptions): Optimizer {
  const schedule = constant(rate)
  return {
    init: (parameters) => {
      if (momentum === 0) return {}
      return Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [`v.${name}`, tf.zeros(parameter.shape)]))
    },

    scalars: (step) => ({ rate: schedule(step) }),

    update: (parameters, gradients, state, { rate }) =>
      tf.tidy(() => {
        const updated: { parameters: FlatParameters; state: FlatParameters } = { parameters: { ...parameters }, state: { ...state } }
        for (const [name, gradient] of Object.entries(gradients)) {
          const group = { weightDecay, rateScale: 1, ...groups?.(name) }
          const scaledRate = group.rateScale === 1 ? rate! : tf.mul(rate!, group.rateScale)
          const velocity = momentum === 0 ? gradient : tf.add(tf.mul(state[`v.${name}`]!, momentum), gradient)
          const parameter = parameters[name]!
          const decayed = group.weightDecay === 0 ? parameter : tf.mul(parameter, tf.sub(1, tf.mul(scaledRate, group.weightDecay)))
          updated.parameters[name] = tf.sub(decayed, tf.mul(velocity, scaledRate))
          if (momentum !== 0) updated.state[`v.${name}`] = velocity
        }
        return updated
      }),
  }
}
