/**
 * The three kernels of a convolution, without gradients: x [B, H, W, I] with filter [h, w, I, O] (HWIO), no padding.
 */
import * as tf from "./tf.ts"

/** y [B, H', W', O]. */
export const convolved = (x: tf.Tensor, filter: tf.Tensor, stride: number): tf.Tensor =>
  tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, "valid")

/** The gradient of x, of shape `shape`, from the gradient dy of y. Also the transposed convolution of dy. */
export const convolvedInput = (shape: readonly number[], dy: tf.Tensor, filter: tf.Tensor, stride: number): tf.Tensor =>
  tf.engine().runKernel("Conv2DBackpropInput", { dy, filter }, { inputShape: [...shape], ...plain(stride) })

/** The gradient of the filter, of shape `shape`, from the gradient dy of y. */
export const convolvedFilter = (shape: readonly number[], x: tf.Tensor, dy: tf.Tensor, stride: number): tf.Tensor =>
  tf.engine().runKernel("Conv2DBackpropFilter", { x, dy }, { filterShape: [...shape], ...plain(stride) })

const plain = (stride: number) => ({ strides: [stride, stride], pad: "valid", dataFormat: "NHWC" })
