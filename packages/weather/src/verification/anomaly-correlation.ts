/**
 * Anomaly correlation of one forecast field: <(f - c)(y - c)> / sqrt(<(f - c)^2> <(y - c)^2>) with weighted means over usable cells and the anomalies not
 * centred, as in WeatherBench 2 (arXiv 2308.15560); NaN where one of them has no anomaly. Means over forecasts are taken of this ratio.
 *
 * @param forecast - [n], as are all others
 * @param climatology - the training years' mean at the valid time
 */
export function anomalyCorrelation(
  forecast: ArrayLike<number>,
  truth: ArrayLike<number>,
  climatology: ArrayLike<number>,
  weights: ArrayLike<number>,
): number {
  let [product, ofForecast, ofTruth] = [0, 0, 0]
  for (let i = 0; i < forecast.length; i++) {
    const f = forecast[i]! - climatology[i]!
    const y = truth[i]! - climatology[i]!
    const weight = weights[i]!
    if (!(weight > 0)) continue
    product += weight * f * y
    ofForecast += weight * f * f
    ofTruth += weight * y * y
  }
  return product / Math.sqrt(ofForecast * ofTruth)
}
