import * as tf from "./tf.ts"

/**
 * Kernels that compute a whole operation, or its gradient, in one pass, as some backends have them: those of
 * @scalewise/wasm-kernels on wasm. Their inputs and outputs are documented there.
 */
export type FusedKernel =
  | "ScalewiseAdamW"
  | "ScalewiseGelu"
  | "ScalewiseGeluTanh"
  | "ScalewiseLayerNorm"
  | "ScalewiseSilu"
  | "ScalewiseSoftmaxCrossEntropy"
  | "ScalewiseSoftmaxGradient"

/** Whether the backend in use has the kernel (and its gradient). */
export const hasFused = (kernel: FusedKernel): boolean => tf.getKernel(kernel, tf.getBackend()) != null

/** Runs it; no gradient is recorded. */
export function runFused<Outputs extends tf.Tensor | tf.Tensor[] = tf.Tensor>(
  kernel: FusedKernel | `${FusedKernel}Gradient`,
  inputs: Record<string, tf.Tensor>,
  attributes?: Readonly<Record<string, number>>,
): Outputs {
  return tf.engine().runKernel(kernel, inputs, attributes)
}
