import { constantMatrix, product, reshaped } from "../backend/kernels.ts"
import type * as tf from "../backend/tf.ts"
import { ShapeError } from "../errors.ts"
import { resamplingMatrix, type ResamplingKind } from "./resampling-matrix.ts"
import { withGradient } from "./with-gradient.ts"

/** Options of `resample2d`. */
export interface Resample2dOptions {
  /** How; see `ResamplingKind`. */
  readonly kind: ResamplingKind
  /** Rows of the result. */
  readonly height: number
  /** Columns of the result. */
  readonly width: number
}

/** Up to this many weights, one product with the joint matrix [height width, H W] is faster than one for each direction. */
const jointLimit = 2 ** 16

/**
 * x [B, H, W, C] on another grid: [B, height, width, C]. Products with fixed matrices, so exact and differentiable on every
 * backend.
 *
 * @throws ShapeError where x is not of rank 4
 */
export function resample2d(x: tf.Tensor, { kind, height, width }: Resample2dOptions): tf.Tensor {
  if (x.rank !== 4) throw new ShapeError(`resample2d: expected x [B, H, W, C], got [${x.shape}]`)
  const [batch, rows, columns, channels] = x.shape as [number, number, number, number]
  if (kind !== "binomial" && rows === height && columns === width) return x.clone() // the other kinds do nothing then
  const isJoint = rows * columns * height * width <= jointLimit
  const apply = (values: tf.Tensor, transpose: boolean): tf.Tensor => {
    const [h, w] = transpose ? [rows, columns] : [height, width]
    const flags = { transposeA: transpose }
    if (isJoint) {
      const flat = reshaped(values, [batch, -1, channels])
      return reshaped(product(jointMatrix(kind, rows, columns, height, width), flat, flags), [batch, h, w, channels])
    }
    const lines = reshaped(values, [batch, values.shape[1]!, -1])
    const high = product(directionMatrix(kind, rows, height), lines, flags) // [B, h, from W C]
    const wide = product(directionMatrix(kind, columns, width), reshaped(high, [batch * h, -1, channels]), flags)
    return reshaped(wide, [batch, h, w, channels])
  }
  return withGradient(
    { x },
    () => apply(x, false),
    (dy) => ({ x: () => apply(dy, true) }),
  )
}

const directionMatrix = (kind: ResamplingKind, from: number, to: number): tf.Tensor =>
  constantMatrix(`resample ${kind}`, to, from, () => resamplingMatrix(kind, from, to))

/** The Kronecker product of the two directions. */
const jointMatrix = (kind: ResamplingKind, rows: number, columns: number, height: number, width: number): tf.Tensor =>
  constantMatrix(`resample ${kind} ${rows}x${columns} ${height}x${width}`, height * width, rows * columns, () => {
    const vertical = resamplingMatrix(kind, rows, height)
    const horizontal = resamplingMatrix(kind, columns, width)
    const joint = new Float32Array(height * width * rows * columns)
    let at = 0
    for (let i = 0; i < height; i++)
      for (let j = 0; j < width; j++)
        for (let r = 0; r < rows; r++)
          for (let c = 0; c < columns; c++) joint[at++] = vertical[i * rows + r]! * horizontal[j * columns + c]!
    return joint
  })
