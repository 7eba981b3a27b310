import type * as tf from "../backend/tf.ts"
import { geluTanh } from "../ops/gelu.ts"
import type { Layer, Parameters } from "../parameters.ts"
import { linear, type WeightAndBias } from "./linear.ts"

/** Options of `mlp`. */
export interface MlpOptions {
  /** Width of each stage, input first and output last: [784, 512, 784] has two linear layers. */
  readonly widths: readonly number[]
  /** Between two linear layers. @defaultValue GELU, tanh form */
  readonly activation?: (x: tf.Tensor) => tf.Tensor
  /** Biases. @defaultValue true */
  readonly bias?: boolean
}

/** Linear layers named "0", "1", ... with an activation between them. They start as `linear` does. */
export function mlp({ widths, activation = geluTanh, bias = true }: MlpOptions): Layer {
  const layers = widths.slice(1).map((outputs, i) => linear({ inputs: widths[i]!, outputs, bias }))
  return {
    init: (random) => Object.fromEntries(layers.map((layer, i) => [String(i), layer.init(random.fold(i)) as Parameters])),
    apply: (parameters, x) => layers.reduce((h, layer, i) => layer.apply(parameters[i] as WeightAndBias, i === 0 ? h : activation(h)), x),
  }
}
