import { ShapeError, tf } from "@scalewise/nn"
import { gridAt, type GridSchedule } from "./grid-schedule.ts"
import { resampler, type Kernel } from "./resampler.ts"

/** Options of `gaussianPyramid`. */
export interface GaussianPyramidOptions {
  /** The kernel that goes down. @defaultValue "area" */
  readonly down?: Kernel
  /** What a level is reduced from: the next finer level, as Eq. (7) has it, or always the finest one, as VAR does. @defaultValue "finer" */
  readonly from?: "finer" | "finest"
}

/**
 * The Gaussian pyramid of x [B, H, W, C] (Eq. 7): one level [B, h_k, w_k, C] per scale, coarse to fine; the last one is x.
 *
 * @throws ShapeError where x does not lie on the finest grid
 */
export function gaussianPyramid(
  x: tf.Tensor,
  schedule: GridSchedule,
  { down = "area", from = "finer" }: GaussianPyramidOptions = {},
): tf.Tensor[] {
  checkFinest(x, schedule, "gaussianPyramid")
  const reduce = resampler(down)
  return tf.tidy(() => {
    const levels: tf.Tensor[] = [x.clone()]
    for (let step = schedule.steps - 1; step >= 1; step--) {
      const source = from === "finer" ? levels[0]! : x
      levels.unshift(reduce(source, gridAt(schedule, step)).clone()) // Eq. (7); the clone keeps levels of equal grids apart
    }
    return levels
  })
}

/** Throws a ShapeError unless x is [B, h_K, w_K, C]. */
export function checkFinest(x: tf.Tensor, schedule: GridSchedule, where: string): void {
  const [height, width] = schedule.finest
  if (x.rank !== 4 || x.shape[1] !== height || x.shape[2] !== width)
    throw new ShapeError(`${where}: expected [B, ${height}, ${width}, C], the finest grid of the schedule, got [${x.shape.join(", ")}]`)
}
