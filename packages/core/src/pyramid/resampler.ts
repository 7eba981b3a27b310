import { ops, type tf } from "@scalewise/nn"
import type { Grid } from "./grid-schedule.ts"

/** Brings x [B, H, W, C] to another grid: [B, h, w, C]. */
export type Resampler = (x: tf.Tensor, grid: Grid) => tf.Tensor

/**
 * How to change grids: a kernel by name or one of your own. `"binomial"` is the bilinear kernel with the blur [1, 4, 6, 4, 1] / 16 on
 * the finer of the two grids, after Burt and Adelson's pyramid; the others are those of `ops.resample2d`.
 */
export type Kernel = ops.ResamplingKind | Resampler

/**
 * The resampler of a kernel. To the same grid it does nothing and returns x itself. Named kernels are products with fixed matrices, hence
 * linear and differentiable on every backend.
 */
export function resampler(kernel: Kernel): Resampler {
  const resample = typeof kernel === "function" ? kernel : kernel === "binomial" ? binomial : named(kernel)
  return (x, grid) => (x.shape[1] === grid[0] && x.shape[2] === grid[1] ? x : resample(x, grid))
}

const named =
  (kind: ops.ResamplingKind): Resampler =>
  (x, [height, width]) =>
    ops.resample2d(x, { kind, height, width })

const binomial: Resampler = (x, grid) => {
  const own: Grid = [x.shape[1]!, x.shape[2]!]
  const grows = grid[0] * grid[1] > own[0] * own[1]
  const [blur, interpolate] = [named("binomial"), named("bilinear")]
  return grows ? blur(interpolate(x, grid), grid) : interpolate(blur(x, own), grid)
}
