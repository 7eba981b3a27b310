import { reshaped, summed, transposed } from "../backend/kernels.ts"
import * as tf from "../backend/tf.ts"
import { ShapeError } from "../errors.ts"
import { withGradient } from "./with-gradient.ts"

/**
 * Each pixel of x [B, H, W, factor^2 C] becomes a block: [B, factor H, factor W, C] (sub-pixel upsampling, Shi et al.,
 * arXiv 1609.05158). The channels of a pixel are read row by row of the block, C each.
 *
 * @throws ShapeError where factor^2 does not divide the channels
 */
export function pixelShuffle(x: tf.Tensor, factor: number): tf.Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  const inner = channels / factor ** 2
  if (x.rank !== 4 || !Number.isInteger(inner))
    throw new ShapeError(`pixelShuffle: expected x [B, H, W, ${factor ** 2} C], got [${x.shape}]`)
  const pixels = [batch, height, width, factor, factor, inner]
  const blocks = [batch, height, factor, width, factor, inner]
  return withGradient(
    { x },
    () => reshaped(transposed(reshaped(x, pixels), [0, 1, 3, 2, 4, 5]), [batch, height * factor, width * factor, inner]),
    (dy) => ({ x: () => reshaped(transposed(reshaped(dy, blocks), [0, 1, 3, 2, 4, 5]), x.shape) }),
  )
}

/**
 * The inverse of `pixelShuffle` (space to depth): x [B, factor H, factor W, C] gives [B, H, W, factor^2 C].
 *
 * @throws ShapeError where `factor` does not divide height and width
 */
export function pixelUnshuffle(x: tf.Tensor, factor: number): tf.Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  if (x.rank !== 4 || height % factor !== 0 || width % factor !== 0)
    throw new ShapeError(`pixelUnshuffle: expected x [B, H, W, C] with H and W multiples of ${factor}, got [${x.shape}]`)
  const [h, w] = [height / factor, width / factor]
  const blocks = [batch, h, factor, w, factor, channels]
  const pixels = [batch, h, w, factor, factor, channels]
  return withGradient(
    { x },
    () => reshaped(transposed(reshaped(x, blocks), [0, 1, 3, 2, 4, 5]), [batch, h, w, factor ** 2 * channels]),
    (dy) => ({ x: () => reshaped(transposed(reshaped(dy, pixels), [0, 1, 3, 2, 4, 5]), x.shape) }),
  )
}

/**
 * Each pixel of x [B, H, W, C] repeated `factor` times in both directions.
 *
 * @throws ShapeError where x is not of rank 4
 */
export function upsampleNearest(x: tf.Tensor, factor = 2): tf.Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  if (x.rank !== 4) throw new ShapeError(`upsampleNearest: expected x [B, H, W, C], got [${x.shape}]`)
  // Repeated as [B, H, 1, W, 1, C] -> [B, H, f, W, f, C]; three dimensions at a time keep every backend on a fast path.
  return withGradient(
    { x },
    () => {
      const wide = tf.tile(reshaped(x, [batch * height * width, 1, channels]), [1, factor, 1])
      const high = tf.tile(reshaped(wide, [batch * height, 1, width * factor * channels]), [1, factor, 1])
      return reshaped(high, [batch, height * factor, width * factor, channels])
    },
    (dy) => ({
      x: () => {
        const rows = summed(reshaped(dy, [batch * height, factor, width * factor * channels]), [1])
        return reshaped(summed(reshaped(rows, [batch * height * width, factor, channels]), [1]), x.shape)
      },
    }),
  )
}
