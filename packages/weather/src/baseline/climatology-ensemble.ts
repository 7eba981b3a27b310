import { yearFraction } from "../calendar/calendar.ts"
import type { ForecastSource } from "../forecast/forecast-source.ts"
import { baselineSource, daysApart, startStream, type BaselineSetting } from "./baseline-setting.ts"

/** Options of `climatologyEnsemble`. */
export interface ClimatologyEnsembleOptions {
  /** Days of the year on either side of the start's. @defaultValue 15 */
  readonly window?: number
}

/**
 * Climatology as an ensemble of what happened: each member goes through training from another state within some days of the start's
 * day of the year, of any training year, at the same hour, so that it is a true course of weather. The window opens until there are as many states as members.
 */
export function climatologyEnsemble(setting: BaselineSetting, { window = 15 }: ClimatologyEnsembleOptions = {}): ForecastSource {
  const { forecast, series, size, find, trajectories } = setting
  const { leads, members, calendar } = forecast
  const { hours: times } = series.time
  const seasons = trajectories.map((t) => yearFraction(times[t]!, calendar))
  const random = setting.random.fold("climatology ensemble")
  const candidates = (hours: number): number[] => {
    const season = yearFraction(hours, calendar)
    const days = (i: number): number => daysApart(seasons[i]!, season)
    const isSameHour = (t: number): boolean => Math.abs(((((times[t]! - hours) % 24) + 24 + 12) % 24) - 12) < 0.01
    const sameHour = trajectories.flatMap((t, i) => (isSameHour(t) ? [{ t, days: days(i) }] : [])).sort((a, b) => a.days - b.days)
    const inside = sameHour.filter((candidate) => candidate.days <= window + 0.5)
    return (inside.length >= members ? inside : sameHour.slice(0, members)).map(({ t }) => t)
  }
  return baselineSource(setting, "climatology (ensemble)", (into, hours) => {
    const found = candidates(hours)
    if (found.length < members) return
    const order = startStream(random, hours).permutation(found.length)
    for (const [l, lead] of leads.entries())
      for (let m = 0; m < members; m++) {
        const from = find(times[found[order[m]!]!]! + lead) * size
        into.set(series.values.subarray(from, from + size), (l * members + m) * size)
      }
  })
}
