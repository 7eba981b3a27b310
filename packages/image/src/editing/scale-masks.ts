import { gridAt, type GridSchedule } from "@scalewise/core"
import { ConfigError, ops, ShapeError, tf } from "@scalewise/nn"

/** What is drawn anew: 1, and what stays: 0, at the places of a picture or of its latent, row-major [height, width]. */
export interface RedrawMask {
  readonly values: Float32Array
  readonly height: number
  readonly width: number
}

/** Options of `scaleMasks`. */
export interface ScaleMasksOptions {
  readonly schedule: GridSchedule
  /** Height and width of a picture. */
  readonly size: readonly [height: number, width: number]
  /** A site is drawn anew where more than this share of it is. @defaultValue 0.5 */
  readonly threshold?: number
  /** Scales 1 .. so many stay whole. @defaultValue 0 */
  readonly keepScales?: number
}

/**
 * For each scale the sites that stay: 1 or 0, [L_k]. The mask is brought to each grid by the mean of what a site covers (VAR's demonstration
 * interpolates, and misses what falls between).
 *
 * @throws ShapeError for a mask that is neither as large as a picture nor as its latent, ConfigError for more scales than there are
 */
export function scaleMasks(mask: RedrawMask, { schedule, size, threshold = 0.5, keepScales = 0 }: ScaleMasksOptions): Float32Array[] {
  const { values, height, width } = mask
  const sizes = [size, schedule.finest]
  if (!sizes.some((one) => one[0] === height && one[1] === width) || values.length !== height * width)
    throw new ShapeError(
      `mask: expected ${size.join(" x ")} pixels, as the picture has, or the ${schedule.finest.join(" x ")} sites of its latent, got ${height} x ${width}`,
    )
  checkKeepScales(keepScales, schedule.steps)
  return tf.tidy(() => {
    const whole = tf.tensor4d(values, [1, height, width, 1])
    return schedule.grids.map((_, index) => {
      const step = index + 1
      const [rows, columns] = gridAt(schedule, step)
      if (step <= keepScales) return new Float32Array(rows * columns).fill(1)
      const shares = ops.resample2d(whole, { kind: "area", height: rows, width: columns }).dataSync()
      return Float32Array.from(shares, (share) => (share > threshold ? 0 : 1))
    })
  })
}

/**
 * Refuses a number of scales that a model does not have.
 *
 * @throws ConfigError
 */
export function checkKeepScales(keepScales: number, steps: number): void {
  if (!Number.isInteger(keepScales) || keepScales < 0 || keepScales > steps)
    throw new ConfigError(`editing: expected 0 to ${steps} scales to keep, got ${keepScales}`)
}
