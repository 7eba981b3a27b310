import * as tf from "../backend/tf.ts"
import { ShapeError } from "../errors.ts"
import { type FlatParameters, type Parameters, unflattenParameters } from "../parameters.ts"
import type { Loss, StepInputs } from "./train-step.ts"

/** The loss, what else is reported, and the gradients of the named parameters; one that the loss does not depend on has none. */
export function lossAndGradients<P extends Parameters>(
  loss: Loss<P>,
  flat: FlatParameters,
  trainable: readonly string[],
  inputs: StepInputs,
): { outputs: Record<string, tf.Tensor>; gradients: FlatParameters } {
  return tf.tidy(() => {
    let outputs: Record<string, tf.Tensor> = {}
    const variables = trainable.map((name) => flat[name]!)
    const { value, grads } = tf.engine().gradients(
      () => {
        const result = loss(unflattenParameters(flat) as P, inputs)
        outputs = result instanceof tf.Tensor ? { loss: result } : { ...result }
        const total = outputs["loss"]
        if (!(total instanceof tf.Tensor) || total.size !== 1) {
          throw new ShapeError(
            `compile: expected a loss of one number, got ${total?.shape ? `[${total.shape.join(", ")}]` : "none"}; take its mean`,
          )
        }
        for (const tensor of Object.values(outputs)) tf.keep(tensor)
        return total.reshape([])
      },
      variables,
      undefined,
      true, // A parameter without a gradient is legal.
    ) as { value: tf.Tensor; grads: (tf.Tensor | null)[] }
    value.dispose()
    const gradients: FlatParameters = {}
    for (const [i, name] of trainable.entries()) if (grads[i]) gradients[name] = grads[i]
    // Kept through the end of the gradient's scope, now tidied like the rest.
    const own = Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, tensor.clone()]))
    for (const tensor of new Set(Object.values(outputs))) tensor.dispose()
    return { outputs: own, gradients }
  })
}
