import { gridSchedule, laplacianPyramid, reconstructLaplacian, resampler, type Grid, type GridSchedule } from "@scalewise/core"
import { tf } from "@scalewise/nn"

// B fields, H x W grid, C channels, K bands

/** Kernels of the bands: what a coarse cell holds is the mean over it, and between cells values are linear. */
const kernels = { down: "area", up: "bilinear" } as const
const up = resampler(kernels.up)

/** The grids of a pyramid over H x W, coarse to fine, each about half as wide as the next; the last is the field's own. */
export function bandGrids(height: number, width: number, coarsest = 2): GridSchedule {
  const grids: Grid[] = [[height, width]]
  for (let [h, w] = [height, width]; Math.min(h, w) >= 2 * coarsest;) {
    ;[h, w] = [Math.floor(h / 2), Math.floor(w / 2)]
    grids.unshift([h, w])
  }
  return gridSchedule(grids)
}

/** The Laplacian bands (Eq. 8) of fields [B, H, W, C], all on their own grid: K tensors [B, H, W, C] that add up to the fields. */
export function laplacianBands(fields: tf.Tensor, schedule: GridSchedule): tf.Tensor[] {
  return tf.tidy(() => {
    const bands = laplacianPyramid(fields, schedule, kernels)
    return bands.map((band, index) =>
      reconstructLaplacian(
        bands.map((other, k) => (k === index ? band : tf.zerosLike(other))),
        schedule,
        kernels,
      ),
    )
  })
}

/** The sum of the bands of fields [B, H, W, C], each times its factors [C]: `factors` holds K rows of C numbers. */
export function scaledBands(fields: tf.Tensor, schedule: GridSchedule, factors: readonly (readonly number[])[]): tf.Tensor {
  return tf.tidy(() => {
    const bands = laplacianPyramid(fields, schedule, kernels)
    return reconstructLaplacian(
      bands.map((band, k) => tf.mul(band, tf.tensor1d([...factors[k]!]))),
      schedule,
      kernels,
    )
  })
}

/** Fields on a coarser or finer grid with the kernels of the bands. */
export const onBandGrid = (fields: tf.Tensor, grid: Grid): tf.Tensor =>
  grid[0] * grid[1] > fields.shape[1]! * fields.shape[2]! ? up(fields, grid) : resampler(kernels.down)(fields, grid)
