import { ops, tf, type layers, type Parameters, type RandomStream } from "@scalewise/nn"

/** A linear map of the condition to a stack of vectors: weight [C, parts C], bias [parts C]. */
export type ModulationParameters = layers.WeightAndBias & Parameters

/** `parts` vectors [B, 1, C] each, from the condition [B, C] through SiLU and a linear map (adaptive layer norm, arXiv 2212.09748). */
export function modulationOf({ weight, bias }: ModulationParameters, conditionBC: tf.Tensor, parts: number): tf.Tensor[] {
  const joint = ops.linear(ops.silu(conditionBC), weight, bias)
  return splitParts(joint, parts)
}

/** [B, parts C] to `parts` tensors [B, 1, C]. */
export function splitParts(joint: tf.Tensor, parts: number): tf.Tensor[] {
  const width = joint.shape.at(-1)! / parts
  return tf.split(tf.reshape(joint, [joint.shape[0], 1, parts * width]), parts, 2)
}

/** Layer norm without parameters of its own, scaled and shifted by the condition: x [B, T, C], scale and shift [B, 1, C]. */
export const modulated = (x: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor): tf.Tensor =>
  tf.add(tf.mul(ops.layerNorm(x, { epsilon: 1e-6 }), tf.add(scale, 1)), shift)

/** Options of `initialMatrix`. */
export interface InitialMatrixOptions {
  readonly inputs: number
  readonly outputs: number
  readonly deviation: number
  /** Of the column; multiplies `deviation`. @defaultValue 1 */
  readonly gain?: (output: number) => number
  /** Of the column. @defaultValue 0 */
  readonly bias?: (output: number) => number
}

/** A linear map with normal weights cut at two deviations. */
export function initialMatrix(
  random: RandomStream,
  { inputs, outputs, deviation, gain = () => 1, bias = () => 0 }: InitialMatrixOptions,
): layers.WeightAndBias & Parameters {
  const values = initialValues(random, inputs * outputs, deviation)
  for (let at = 0; at < values.length; at++) values[at]! *= gain(at % outputs)
  return {
    weight: tf.tensor2d(values, [inputs, outputs]),
    bias: tf.tensor1d(Array.from({ length: outputs }, (_, output) => bias(output))),
  }
}

/** Normal numbers, those beyond two deviations cut there. */
export const initialValues = (random: RandomStream, count: number, deviation: number): Float32Array =>
  Float32Array.from(random.normalValues([count]), (value) => deviation * Math.max(-2, Math.min(2, value)))
