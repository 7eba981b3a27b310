import * as tf from "../backend/tf.ts"
import { ShapeError } from "../errors.ts"
import { type FlatParameters, type Parameters, unflattenParameters } from "../parameters.ts"
import { cloned } from "./step-state.ts"
import type { Loss, StepInputs } from "./train-step.ts"

/**
 * The loss, what else is reported, and the gradients of the named parameters; one that the loss does not depend on has none.
 * The caller, or its tidy, disposes all of them.
 *
 * @throws ShapeError where the loss is not one number
 */
export function lossAndGradients<P extends Parameters>(
  loss: Loss<P>,
  flat: FlatParameters,
  trainable: readonly string[],
  inputs: StepInputs,
): { outputs: Record<string, tf.Tensor>; gradients: FlatParameters } {
  return tf.tidy(() => {
    const variables = trainable.map((name) => flat[name]!)
    let outputs: Record<string, tf.Tensor> = {}
    const { value, grads } = tf.engine().gradients(
      () => {
        const result = loss(unflattenParameters(flat) as P, inputs)
        const reported: Record<string, tf.Tensor> = result instanceof tf.Tensor ? { loss: result } : result
        const total = reported["loss"]
        if (!(total instanceof tf.Tensor) || total.size !== 1) {
          throw new ShapeError(
            `compile: expected a loss of one number, got ${total?.shape ? `[${total.shape.join(", ")}]` : "none"}; take its mean`,
          )
        }
        // Clones, since a loss may report one of its inputs or parameters; kept through the end of the gradient's scope.
        outputs = Object.fromEntries(Object.entries(reported).map(([name, tensor]) => [name, tf.keep(tensor.clone())]))
        return total.reshape([])
      },
      variables,
      undefined,
      true, // A parameter without a gradient is legal.
    ) as { value: tf.Tensor; grads: (tf.Tensor | null)[] }
    value.dispose()
    const gradients: FlatParameters = {}
    for (const [i, name] of trainable.entries()) if (grads[i]) gradients[name] = grads[i]
    // Now tidied like the rest.
    const own = cloned(outputs)
    tf.dispose(outputs)
    return { outputs: own, gradients }
  })
}
