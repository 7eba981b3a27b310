import * as tf from "../backend/tf.ts"
import { ShapeError } from "../errors.ts"
import { withGradient } from "./with-gradient.ts"

/** Options of `maxPool2d`. */
export interface MaxPool2dOptions {
  /** Height and width of the window. @defaultValue 2 */
  readonly size?: number
  /** Step of the window in both directions. @defaultValue size */
  readonly stride?: number
}

/**
 * The largest number of each window of x [B, H, W, C], channel by channel: [B, H', W', C] with
 * H' = floor((H - size) / stride) + 1, without padding. Of equal numbers the first of the window, row by row, gets the gradient.
 *
 * @throws ShapeError where x is not of rank 4 or smaller than the window
 */
export function maxPool2d(x: tf.Tensor, { size = 2, stride = size }: MaxPool2dOptions = {}): tf.Tensor {
  if (x.rank !== 4 || x.shape[1]! < size || x.shape[2]! < size)
    throw new ShapeError(`maxPool2d: expected x [B, H, W, C] with H and W of at least ${size}, got [${x.shape}]`)
  return withGradient(
    { x },
    (save) => {
      const y = tf.maxPool(x as tf.Tensor4D, size, stride, "valid")
      save([x, y])
      return y
    },
    // On wasm this is the kernel of @scalewise/wasm-kernels: the stock one is wrong for more than one channel.
    (dy, [input, output]) => ({
      x: () =>
        tf.engine().runKernel("MaxPoolGrad", { dy, input: input!, output: output! }, { filterSize: size, strides: stride, pad: "valid" }),
    }),
  )
}
