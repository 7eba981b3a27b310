import * as tf from "../backend/tf.ts"

/** Runs on the tape once; `save` keeps what the backward pass needs (once, with all of it). */
export type Forward = (save: (tensors: tf.Tensor[]) => void) => tf.Tensor

/** For each input a function that makes its gradient: a fresh float tensor, of the input's shape. */
export type Backward<Name extends string> = (dy: tf.Tensor, saved: tf.Tensor[]) => Record<Name, () => tf.Tensor>

/**
 * One operation with a gradient of its own. Unlike `tf.customGrad`, the gradient of an input that nobody differentiates is
 * never computed, and tensors used by `forward` but not named in `inputs` are constants.
 */
export function withGradient<Name extends string>(inputs: Record<Name, tf.Tensor>, forward: Forward, backward: Backward<Name>): tf.Tensor {
  return (tf.engine() as unknown as CustomKernels).runKernelFunc({
    inputs,
    forwardFunc: (_, save) => forward(save),
    backwardsFunc: backward,
  })
}

/** The method behind `tf.customGrad`; TypeScript's `private` hides it, every release of tfjs 4 has it. */
interface CustomKernels {
  runKernelFunc(kernel: {
    inputs: Record<string, tf.Tensor>
    forwardFunc: (backend: unknown, save: (tensors: tf.Tensor[]) => void) => tf.Tensor
    backwardsFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => Record<string, () => tf.Tensor>
  }): tf.Tensor
}
