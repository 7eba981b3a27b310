import { ShapeError } from "@scalewise/nn"

/** The predictions whose confidence lies in one interval. */
export interface CalibrationBin {
  count: number
  /** Mean probability that the predictions gave themselves; 0 for an empty bin. */
  confidence: number
  /** Share that was right; 0 for an empty bin. */
  accuracy: number
}

/** How far confidence is from accuracy. */
export interface CalibrationError {
  /** Mean of |accuracy - confidence| over the bins, weighted by their counts. */
  error: number
  /** From confidence 0 to 1, for a reliability diagram. */
  bins: CalibrationBin[]
}

/**
 * Expected calibration error with bins of equal width, open below (Guo et al., arXiv 1706.04599, Eq. 3).
 *
 * @param confidences - probability of the most probable value, [N]
 * @param hits - whether that value was the true one, [N]: 1 or 0
 * @param options - `bins`, 15 by default
 * @throws ShapeError where the two differ in length or are empty
 */
export function calibrationError(
  confidences: ArrayLike<number>,
  hits: ArrayLike<number>,
  { bins: binCount = 15 }: { bins?: number } = {},
): CalibrationError {
  const count = confidences.length
  if (count === 0 || hits.length !== count)
    throw new ShapeError(`calibrationError: expected as many hits as confidences and at least one, got ${hits.length} and ${count}`)
  const sums = Array.from({ length: binCount }, () => ({ count: 0, confidence: 0, hits: 0 }))
  for (let i = 0; i < count; i++) {
    const bin = sums[Math.min(binCount - 1, Math.max(0, Math.ceil(confidences[i]! * binCount) - 1))]!
    bin.count++
    bin.confidence += confidences[i]!
    bin.hits += hits[i]!
  }
  const error = sums.reduce((sum, bin) => sum + Math.abs(bin.hits - bin.confidence), 0) / count
  const bins = sums.map((bin) => ({
    count: bin.count,
    confidence: bin.count === 0 ? 0 : bin.confidence / bin.count,
    accuracy: bin.count === 0 ? 0 : bin.hits / bin.count,
  }))
  return { error, bins }
}
