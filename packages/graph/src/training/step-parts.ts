import type { StepInputs, tf } from "@scalewise/nn"

/** The mean of the values with weight, or zero where none has. */
export const weightedMean = (values: tf.Tensor, weights: tf.Tensor): tf.Tensor => values.mul(weights).sum().div(weights.sum().maximum(1))

/** Inputs named `prefix.*`, without the prefix. */
export const partOf = (inputs: StepInputs, prefix: string): Record<string, tf.Tensor> =>
  Object.fromEntries(
    Object.entries(inputs).flatMap(([name, tensor]) => (name.startsWith(`${prefix}.`) ? [[name.slice(prefix.length + 1), tensor]] : [])),
  )

/** Tensors under names `prefix.*`: the inverse of `partOf`. */
export const prefixed = (prefix: string, tensors: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}.${name}`, tensor]))
