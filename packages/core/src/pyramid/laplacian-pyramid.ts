import { ShapeError, tf } from "@scalewise/nn"
import { gaussianPyramid, type GaussianPyramidOptions } from "./gaussian-pyramid.ts"
import { gridAt, type GridSchedule } from "./grid-schedule.ts"
import { resampler, type Kernel } from "./resampler.ts"

/** Options of `laplacianPyramid`. */
export interface LaplacianPyramidOptions extends GaussianPyramidOptions {
  /** The kernel that goes up. @defaultValue "bicubic" */
  readonly up?: Kernel
}

/**
 * The Laplacian pyramid of x [B, H, W, C] (Eq. 8): the coarsest Gaussian level, then one band-pass residual [B, h_k, w_k, C] per scale.
 *
 * @throws ShapeError where x does not lie on the finest grid
 */
export function laplacianPyramid(
  x: tf.Tensor,
  schedule: GridSchedule,
  { up = "bicubic", ...gaussian }: LaplacianPyramidOptions = {},
): tf.Tensor[] {
  const expand = resampler(up)
  return tf.tidy(() => {
    const levels = gaussianPyramid(x, schedule, gaussian)
    return levels.map(
      (level, index) => (index === 0 ? level : level.sub(expand(levels[index - 1]!, gridAt(schedule, index + 1)))), // Eq. (8)
    )
  })
}

/**
 * Puts a Laplacian pyramid together again (Eq. 9): [B, h_K, w_K, C]. Exact whatever the kernels, as long as `up` is that of the analysis.
 *
 * @throws ShapeError where the number of bands is not that of the schedule
 */
export function reconstructLaplacian(
  bands: readonly tf.Tensor[],
  schedule: GridSchedule,
  { up = "bicubic" }: Pick<LaplacianPyramidOptions, "up"> = {},
): tf.Tensor {
  if (bands.length !== schedule.steps)
    throw new ShapeError(`reconstructLaplacian: expected ${schedule.steps} bands, one per scale, got ${bands.length}`)
  const expand = resampler(up)
  return tf.tidy(() =>
    bands.slice(1).reduce(
      (coarser, band, index) => expand(coarser, gridAt(schedule, index + 2)).add(band), // Eq. (9)
      bands[0]!.clone(),
    ),
  )
}
