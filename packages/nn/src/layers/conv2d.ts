import { conv2d as conv2dOp, convTranspose2d as convTranspose2dOp, type Padding2d } from "../ops/conv2d.ts"
import type { Layer } from "../parameters.ts"
import { initialWeights, type WeightAndBias } from "./linear.ts"

/** Options of the layers `conv2d` and `convTranspose2d`. */
export interface Conv2dLayerOptions {
  /** Channels of x. */
  readonly inputs: number
  /** Channels of the result. */
  readonly outputs: number
  /** Height and width of the filter. @defaultValue 3 */
  readonly size?: number
  /** Step of the window. @defaultValue 1 */
  readonly stride?: number
  /** Zeros around. @defaultValue "same" */
  readonly padding?: Padding2d
  /** Add a bias. @defaultValue true */
  readonly bias?: boolean
}

/** x [B, H, W, inputs]; weight [size, size, inputs, outputs]. Starts uniform within 1 / sqrt(inputs size^2), as in PyTorch. */
export function conv2d({ inputs, outputs, size = 3, stride = 1, padding = "same", bias = true }: Conv2dLayerOptions): Layer<WeightAndBias> {
  return {
    init: (random) => initialWeights(random, [size, size, inputs, outputs], outputs, inputs * size ** 2, bias),
    apply: (parameters, x) => conv2dOp(x, parameters.weight, { bias: parameters.bias, stride, padding }),
  }
}

/** x [B, H, W, inputs]; weight [size, size, outputs, inputs]. Starts uniform within 1 / sqrt(outputs size^2), as in PyTorch. */
export function convTranspose2d({
  inputs,
  outputs,
  size = 3,
  stride = 1,
  padding = "same",
  bias = true,
}: Conv2dLayerOptions): Layer<WeightAndBias> {
  return {
    init: (random) => initialWeights(random, [size, size, outputs, inputs], outputs, outputs * size ** 2, bias),
    apply: (parameters, x) => convTranspose2dOp(x, parameters.weight, { bias: parameters.bias, stride, padding }),
  }
}
