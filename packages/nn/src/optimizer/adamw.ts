import { hasFused, runFused } from "../backend/fused.ts"
import * as tf from "../backend/tf.ts"
import { ConfigError } from "../errors.ts"
import type { FlatParameters } from "../parameters.ts"
import type { Optimizer, ParameterGroup } from "./optimizer.ts"
import { constant, type Schedule } from "./schedule.ts"

/** Options of `adamw`. */
export interface AdamWOptions {
  /** Learning rate, or its schedule. */
  readonly rate: number | Schedule
  /** Decay rates of the two moments. @defaultValue [0.9, 0.999] */
  readonly betas?: readonly [number, number]
  /** Added to the root of the second moment. @defaultValue 1e-8 */
  readonly epsilon?: number
  /** Decoupled: each update multiplies a parameter by `1 - rate * weightDecay`. @defaultValue 0.01 */
  readonly weightDecay?: number
  /** What a parameter of that dotted name does otherwise, e.g. no decay for biases and norms. */
  readonly groups?: (name: string) => ParameterGroup | undefined
}

/** Adam with decoupled weight decay (Loshchilov & Hutter 2019), the same numbers as PyTorch's `AdamW`. On native one fused pass per tensor. */
export function adamw({ rate, betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0.01, groups }: AdamWOptions): Optimizer {
  const schedule = constant(rate)
  const [beta1, beta2] = betas
  if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1))
    throw new ConfigError(`adamw: expected betas in [0, 1), got ${beta1}, ${beta2}`)
  const group = (name: string) => ({ weightDecay, rateScale: 1, ...groups?.(name) })

  return {
    init: (parameters) => {
      const state: FlatParameters = {}
      for (const [name, parameter] of Object.entries(parameters)) {
        state[`m.${name}`] = tf.zeros(parameter.shape)
        state[`v.${name}`] = tf.zeros(parameter.shape)
      }
      return state
    },

    scalars: (step) => ({ rate: schedule(step), beta1Power: beta1 ** (step + 1), beta2Power: beta2 ** (step + 1) }),

    update: (parameters, gradients, state, { rate, beta1Power, beta2Power }) =>
      tf.tidy(() => {
        const updated = { parameters: { ...parameters }, state: { ...state } }
        const correction1 = tf.sub(1, beta1Power!)
        const rootCorrection2 = tf.sqrt(tf.sub(1, beta2Power!))
        for (const [name, gradient] of Object.entries(gradients)) {
          const { weightDecay, rateScale } = group(name)
          const scaledRate = rateScale === 1 ? rate! : tf.mul(rate!, rateScale)
          const parameter = parameters[name]!
          const [oldM, oldV] = [state[`m.${name}`]!, state[`v.${name}`]!]
          const composed = (): tf.Tensor[] => {
            const m = tf.add(tf.mul(oldM, beta1), tf.mul(gradient, 1 - beta1))
            const v = tf.add(tf.mul(oldV, beta2), tf.mul(tf.square(gradient), 1 - beta2))
            const decayed = weightDecay === 0 ? parameter : tf.mul(parameter, tf.sub(1, tf.mul(scaledRate, weightDecay)))
            const direction = tf.div(m, tf.add(tf.div(tf.sqrt(v), rootCorrection2), epsilon))
            return [tf.sub(decayed, tf.mul(direction, tf.div(scaledRate, correction1))), m, v]
          }
          const [newParameter, m, v] = hasFused("ScalewiseAdamW")
            ? runFused(
                "ScalewiseAdamW",
                { parameter, m: oldM, v: oldV, gradient, rate: scaledRate, beta1Power: beta1Power!, beta2Power: beta2Power! },
                { beta1, beta2, epsilon, weightDecay },
              )
            : composed()
          updated.parameters[name] = newParameter!
          updated.state[`m.${name}`] = m!
          updated.state[`v.${name}`] = v!
        }
        return updated
      }),

    updateInPlace: (variables, gradients, { rate, beta1Power, beta2Power }) => {
      // TensorFlow's fused form adds epsilon to the uncorrected root: var -= (rate sqrt(c2) / c1) m / (sqrt(v) + epsilon),
      // with c the bias corrections; epsilon sqrt(c2) in its place is PyTorch's form.
      const uncorrected = tf.mul(tf.sqrt(tf.sub(1, beta2Power!)), epsilon)
      const constants = [tf.scalar(beta1), tf.scalar(beta2)] as const
      // Numbers that many parameters share are made once: a captured step is traced and loaded the faster, the fewer operations it has.
      const shared = new Map<string, tf.Scalar>()
      const once = (key: string, make: () => tf.Scalar): tf.Scalar => {
        const made = shared.get(key) ?? make()
        shared.set(key, made)
        return made
      }
      for (const [name, gradient] of Object.entries(gradients)) {
        const { weightDecay, rateScale } = group(name)
        const parameter = `parameters.${name}`
        const scaledRate = rateScale === 1 ? rate! : once(`rate ${rateScale}`, () => tf.mul(rate!, rateScale))
        if (weightDecay !== 0) {
          const remains = once(`decay ${rateScale} ${weightDecay}`, () => tf.sub(1, tf.mul(scaledRate, weightDecay)))
          const decayed = tf.tidy(() => tf.mul(variables.read(parameter), remains))
          variables.apply("AssignVariableOp", [parameter], [decayed])
          decayed.dispose()
        }
        variables.apply(
          "ResourceApplyAdam",
          [parameter, `optimizer.m.${name}`, `optimizer.v.${name}`],
          [beta1Power!, beta2Power!, scaledRate, ...constants, uncorrected, gradient],
          { use_locking: false, use_nesterov: false },
        )
      }
    },
  }
}
