/**
 * The three kernels of a convolution, without gradients: x [B, H, W, I] with filter [h, w, I, O] (HWIO).
 */
import * as tf from "./tf.ts"

/** The paddings that every backend's kernels have; any other one is made of zeros around the image and "valid". */
export type KernelPadding = "same" | "valid"

/** y [B, H', W', O]. */
export const convolved = (x: tf.Tensor, filter: tf.Tensor, stride: number, pad: KernelPadding): tf.Tensor =>
  tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad)

/** The gradient of x, of shape `shape`, from the gradient dy of y. Also the transposed convolution of dy. */
export const convolvedInput = (shape: readonly number[], dy: tf.Tensor, filter: tf.Tensor, stride: number, pad: KernelPadding): tf.Tensor =>
  tf.engine().runKernel("Conv2DBackpropInput", { dy, filter }, { inputShape: [...shape], ...attributes(stride, pad) })

/** The gradient of the filter, of shape `shape`, from the gradient dy of y. */
export const convolvedFilter = (shape: readonly number[], x: tf.Tensor, dy: tf.Tensor, stride: number, pad: KernelPadding): tf.Tensor =>
  tf.engine().runKernel("Conv2DBackpropFilter", { x, dy }, { filterShape: [...shape], ...attributes(stride, pad) })

const attributes = (stride: number, pad: KernelPadding) => ({ strides: [stride, stride], pad, dataFormat: "NHWC" })
