import * as tf from "../backend/tf.ts"
import { linear as linearOp } from "../ops/linear.ts"
import type { Layer } from "../parameters.ts"
import type { RandomStream } from "../random/random-stream.ts"

/** Parameters of a layer with a matrix or filter. `bias` is absent where the layer has none. */
export type WeightAndBias = { readonly weight: tf.Tensor; readonly bias?: tf.Tensor }

/** Options of `linear`. */
export interface LinearOptions {
  /** Width of the last dimension of x. */
  readonly inputs: number
  /** Width of the last dimension of the result. */
  readonly outputs: number
  /** Add a bias. @defaultValue true */
  readonly bias?: boolean
}

/** x [..., inputs] to [..., outputs]. Weight [inputs, outputs] and bias start uniform within 1 / sqrt(inputs), as in PyTorch. */
export function linear({ inputs, outputs, bias = true }: LinearOptions): Layer<WeightAndBias> {
  return {
    init: (random) => initialWeights(random, [inputs, outputs], outputs, inputs, bias),
    apply: (parameters, x) => linearOp(x, parameters.weight, parameters.bias),
  }
}

/** Weight and bias uniform within 1 / sqrt(fanIn). */
export function initialWeights(random: RandomStream, shape: number[], outputs: number, fanIn: number, hasBias: boolean): WeightAndBias {
  const bound = 1 / Math.sqrt(fanIn)
  const uniform = (name: string, size: number[]): tf.Tensor =>
    tf.tensor(
      random
        .fold(name)
        .uniformValues(size)
        .map((u) => (2 * u - 1) * bound),
      size,
    )
  return { weight: uniform("weight", shape), ...(hasBias && { bias: uniform("bias", [outputs]) }) }
}
