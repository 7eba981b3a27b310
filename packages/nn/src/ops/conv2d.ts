import { convolved, convolvedFilter, convolvedInput, type KernelPadding } from "../backend/convolution.ts"
import { biased, biasGradient } from "../backend/kernels.ts"
import * as tf from "../backend/tf.ts"
import { ShapeError } from "../errors.ts"
import { withGradient } from "./with-gradient.ts"

/** "valid": none. "same": output size ceil(size / stride), TensorFlow's rule. Or [[top, bottom], [left, right]]. */
export type Padding2d = "same" | "valid" | readonly [readonly [number, number], readonly [number, number]]

/** Options of `conv2d` and `convTranspose2d`. */
export interface Conv2dOptions {
  /** Added to each output channel [O]. @defaultValue none */
  readonly bias?: tf.Tensor | undefined
  /** Step of the window in both directions. @defaultValue 1 */
  readonly stride?: number
  /** Zeros around the input. @defaultValue "same" */
  readonly padding?: Padding2d
}

/**
 * Convolution of x [B, H, W, I] with a filter [h, w, I, O].
 *
 * PyTorch pads alike on both sides: its `padding=1` with a 3 x 3 filter is "same" only at stride 1, else [[1, 1], [1, 1]].
 *
 * @throws ShapeError where the shapes do not fit
 */
export function conv2d(x: tf.Tensor, filter: tf.Tensor, { bias, stride = 1, padding = "same" }: Conv2dOptions = {}): tf.Tensor {
  checkShapes("conv2d", x, filter, 2, bias, 3)
  const [h, w] = filter.shape as [number, number]
  const { pads, pad } = split(padding)
  const padded = [x.shape[0], x.shape[1]! + pads[0][0] + pads[0][1], x.shape[2]! + pads[1][0] + pads[1][1], x.shape[3]!]
  if (pad === "valid" && (padded[1]! < h || padded[2]! < w))
    throw new ShapeError(`conv2d: expected a padded input of at least ${h} x ${w}, got [${padded}]`)
  const named: Record<string, tf.Tensor> = bias ? { x, filter, bias } : { x, filter }
  return withGradient(
    named,
    (save) => {
      const whole = surrounded(x, pads)
      save([whole, filter])
      const y = convolved(whole, filter, stride, pad)
      return bias ? biased(y, bias) : y
    },
    (dy, [whole, kernel]) => ({
      x: () => inner(convolvedInput(padded, dy, kernel!, stride, pad), pads, x.shape),
      filter: () => convolvedFilter(filter.shape, whole!, dy, stride, pad),
      bias: () => biasGradient(dy),
    }),
  )
}

/**
 * Transposed convolution, the gradient of `conv2d` as an operation: x [B, H, W, I] with a filter [h, w, O, I]
 * gives [B, H', W', O]. "same": H' = stride H. Else H' = (H - 1) stride + h - top - bottom.
 *
 * @throws ShapeError where the shapes do not fit
 */
export function convTranspose2d(x: tf.Tensor, filter: tf.Tensor, { bias, stride = 1, padding = "same" }: Conv2dOptions = {}): tf.Tensor {
  checkShapes("convTranspose2d", x, filter, 3, bias, 2)
  const [batch, height, width] = x.shape as [number, number, number]
  const [h, w, outputs] = filter.shape as [number, number, number]
  const full = [batch, (height - 1) * stride + h, (width - 1) * stride + w, outputs]
  const out = padding === "same" ? [batch, height * stride, width * stride, outputs] : undefined
  const { pads, pad } = split(padding)
  const shape = out ?? [batch, full[1]! - pads[0][0] - pads[0][1], full[2]! - pads[1][0] - pads[1][1], outputs]
  const padded = [batch, shape[1]! + pads[0][0] + pads[0][1], shape[2]! + pads[1][0] + pads[1][1], outputs]
  const named: Record<string, tf.Tensor> = bias ? { x, filter, bias } : { x, filter }
  return withGradient(
    named,
    (save) => {
      save([x, filter])
      const y = inner(convolvedInput(padded, x, filter, stride, pad), pads, shape)
      return bias ? biased(y, bias) : y
    },
    (dy, [input, kernel]) => {
      const whole = surrounded(dy, pads)
      return {
        x: () => convolved(whole, kernel!, stride, pad),
        filter: () => convolvedFilter(filter.shape, whole, input!, stride, pad),
        bias: () => biasGradient(dy),
      }
    },
  )
}

type Pads = readonly [readonly [number, number], readonly [number, number]]

const none: Pads = [
  [0, 0],
  [0, 0],
]

/** Zeros to put around the image, and what is left to the kernels. */
const split = (padding: Padding2d): { pads: Pads; pad: KernelPadding } =>
  typeof padding === "string" ? { pads: none, pad: padding } : { pads: padding, pad: "valid" }

const isEmpty = (pads: Pads): boolean => pads.flat().every((length) => length === 0)

const surrounded = (x: tf.Tensor, pads: Pads): tf.Tensor => (isEmpty(pads) ? x : tf.pad(x, [[0, 0], [...pads[0]], [...pads[1]], [0, 0]]))

const inner = (x: tf.Tensor, pads: Pads, shape: readonly number[]): tf.Tensor =>
  isEmpty(pads) ? x : tf.slice(x, [0, pads[0][0], pads[1][0], 0], [...shape])

function checkShapes(
  where: string,
  x: tf.Tensor,
  filter: tf.Tensor,
  inputAxis: number,
  bias: tf.Tensor | undefined,
  outputAxis: number,
): void {
  const fits = x.rank === 4 && filter.rank === 4 && x.shape[3] === filter.shape[inputAxis]
  if (!fits || (bias && (bias.rank !== 1 || bias.size !== filter.shape[outputAxis])))
    throw new ShapeError(
      `${where}: expected x [B, H, W, I], filter [h, w, ${inputAxis === 2 ? "I, O" : "O, I"}], bias [O], got [${x.shape}], [${filter.shape}], [${bias?.shape}]`,
    )
}
