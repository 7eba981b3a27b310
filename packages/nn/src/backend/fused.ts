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

/** Runs it and gives its outputs; no gradient is recorded. */
export function runFused(
  kernel: FusedKernel | `${FusedKernel}Gradient`,
  inputs: Record<string, tf.Tensor>,
  attributes?: Readonly<Record<string, number>>,
): tf.Tensor[] {
  const outputs = tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(kernel, inputs, attributes)
  return Array.isArray(outputs) ? outputs : [outputs]
}
