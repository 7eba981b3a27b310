/** One point of a learning curve. */
export interface CurvePoint {
  /** Epochs of training so far; fractions occur. */
  epoch: number
  /** Error on the curve's test images at that point, intensities in [0, 1]. */
  mse: number
}

/**
 * The first point of the curve at which the error is at or below the target, in epochs, or `null`: not reached. Never the
 * last epoch in its place.
 */
export function epochsToTarget(curve: readonly CurvePoint[], target: number): number | null {
  return curve.find(({ mse }) => mse <= target)?.epoch ?? null
}
