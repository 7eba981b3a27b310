import type { ForecastSource } from "../forecast/forecast-source.ts"
import { baselineSource, type BaselineSetting } from "./baseline-setting.ts"

/**
 * Persistence of the anomaly, one member: the start's departure from climatology stays as it is. Seasons and, in data finer than a day, the
 * time of day go on, which persistence of the state itself would be punished for.
 */
export function persistence(setting: BaselineSetting): ForecastSource {
  const { forecast, series, size, find, seasonal } = setting
  return baselineSource(
    setting,
    "persistence",
    (into, hours) => {
      const t = find(hours)
      if (t < 0) return
      const { mean: present } = seasonal(hours)
      for (const [l, lead] of forecast.leads.entries()) {
        const { mean } = seasonal(hours + lead)
        for (let n = 0; n < size; n++) into[l * size + n] = series.values[t * size + n]! - present[n]! + mean[n]!
      }
    },
    1,
  )
}
