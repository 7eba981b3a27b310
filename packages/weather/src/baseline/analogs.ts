import { yearFraction } from "../calendar/calendar.ts"
import type { ForecastSource } from "../forecast/forecast-source.ts"
import { baselineSource, daysApart, type BaselineSetting } from "./baseline-setting.ts"
import { stateComponents } from "./state-components.ts"

/** Options of `analogs`. */
export interface AnalogOptions {
  /** Principal components in which states are near or far. @defaultValue 20 */
  readonly components?: number
  /** Days of the year on either side of the start's. @defaultValue 60 */
  readonly window?: number
  /** Least distance in time between two analogs, days: neighbours tell the same story. @defaultValue 3 */
  readonly separation?: number
}

/**
 * Analogs (Lorenz 1969): the training states nearest to the start's, one for each member, and what came after them, as departures from the season. States
 * within the longest lead and 30 days of the start never count, so that a start inside training does not meet itself.
 */
export function analogs(setting: BaselineSetting, { components = 20, window = 60, separation = 3 }: AnalogOptions = {}): ForecastSource {
  const { forecast, anomalies, trajectories, size, series, find, seasonal, isComplete } = setting
  const { leads, members, calendar } = forecast
  const { hours: times } = series.time
  const { count, scores } = stateComponents(setting, components)
  const seasons = trajectories.map((t) => yearFraction(times[t]!, calendar))
  const exclusion = leads.at(-1)! + 30 * 24
  const nearest = (now: number): number[] => {
    const season = yearFraction(times[now]!, calendar)
    const candidates: { readonly t: number; readonly distance: number }[] = []
    for (const [i, t] of trajectories.entries()) {
      if (daysApart(seasons[i]!, season) > window || Math.abs(times[t]! - times[now]!) < exclusion) continue
      let distance = 0
      for (let r = 0; r < count; r++) distance += (scores[t * count + r]! - scores[now * count + r]!) ** 2
      candidates.push({ t, distance })
    }
    candidates.sort((a, b) => a.distance - b.distance)
    const chosen: number[] = []
    for (const { t } of candidates) {
      if (chosen.length === members) break
      if (chosen.every((other) => Math.abs(times[other]! - times[t]!) >= separation * 24)) chosen.push(t)
    }
    return chosen
  }
  return baselineSource(setting, "analogs", (into, hours) => {
    const now = find(hours)
    if (now < 0 || isComplete[now] === 0) return
    const chosen = nearest(now)
    if (chosen.length < members) return
    for (const [l, lead] of leads.entries()) {
      const { mean, deviation } = seasonal(hours + lead)
      for (const [m, t] of chosen.entries()) {
        const from = find(times[t]! + lead) * size
        const out = (l * members + m) * size
        for (let n = 0; n < size; n++) into[out + n] = mean[n]! + deviation[n]! * anomalies[from + n]!
      }
    }
  })
}
