import { bestTemperature, logSumFrom, vocabularyOf, type BestTemperatureOptions, type TokenPredictions } from "./best-temperature.ts"
import { calibrationError, type CalibrationError } from "./calibration-error.ts"

/** How good predictions are at one temperature. */
export interface PredictionScore {
  /** Mean negative log likelihood of the true tokens, nats per token. */
  nats: number
  /** Share of tokens that were the most probable. */
  accuracy: number
  calibration: CalibrationError
}

/** Calibration of token predictions as they are, and at the best temperature. */
export interface TokenCalibration extends PredictionScore {
  count: number
  /** The temperature with the least negative log likelihood; above 1 for a model that is too sure of itself. */
  temperature: number
  atTemperature: PredictionScore
}

/**
 * Negative log likelihood and expected calibration error of a scale's token predictions, and both at the temperature that suits them
 * best. Find the temperature on validation images, report on others.
 *
 * @throws ShapeError where the logits are not one row a target, DataError for a target that is no column
 */
export function tokenCalibration(predictions: TokenPredictions, options: BestTemperatureOptions = {}): TokenCalibration {
  const temperature = bestTemperature(predictions, options)
  return {
    count: predictions.targets.length,
    ...scorePredictions(predictions),
    temperature,
    atTemperature: scorePredictions(predictions, temperature),
  }
}

/** Likelihood, accuracy and calibration of predictions whose logits are divided by a temperature. */
export function scorePredictions({ logits, targets }: TokenPredictions, temperature = 1): PredictionScore {
  const width = vocabularyOf({ logits, targets })
  const count = targets.length
  const confidences = new Float64Array(count)
  const hits = new Uint8Array(count)
  let nats = 0
  for (let row = 0; row < count; row++) {
    const at = row * width
    let best = 0
    for (let v = 1; v < width; v++) if (logits[at + v]! > logits[at + best]!) best = v
    const logSum = logSumFrom(logits, at, width, logits[at + best]!, temperature)
    nats += (logits[at + best]! - logits[at + targets[row]!]!) / temperature + logSum
    confidences[row] = Math.exp(-logSum)
    hits[row] = best === targets[row] ? 1 : 0
  }
  const accuracy = hits.reduce((sum, hit) => sum + hit, 0) / count
  return { nats: nats / count, accuracy, calibration: calibrationError(confidences, hits) }
}
