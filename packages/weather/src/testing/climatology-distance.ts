import { fitClimatology } from "../climatology/harmonic-climatology.ts"
import type { FieldSeries } from "../data/field-series.ts"

/**
 * Mean distance of the first variable's truth one step after some starts from the climatology of the first `training` times. Of a Gaussian climatology the CRPS
 * is about 0.7 of it: what forecasts with any skill stay below.
 */
export function climatologyDistance(series: FieldSeries, starts: readonly number[], training: number): number {
  const { hours, calendar } = series.time
  const cells = series.values.length / (hours.length * series.variables.length)
  const climatology = fitClimatology(series, { times: Array.from({ length: training }, (_, t) => t) })
  let absolute = 0
  for (const at of starts) {
    const t = hours.indexOf(at) + 1
    const mean = climatology.mean(hours[t]!, calendar)
    for (let cell = 0; cell < cells; cell++)
      absolute += Math.abs(series.values[t * cells * series.variables.length + cell]! - mean[cell]!) / (cells * starts.length)
  }
  return absolute
}
