import type { GaussianForecastSource } from "../forecast/gaussian-forecast-source.ts"
import { addCombination } from "./add-combination.ts"
import { baselineSource, startStream, type BaselineSetting } from "./baseline-setting.ts"
import { fitDamping, missedBy } from "./lagged-damping.ts"

/** From how many training trajectories each member's noise is mixed. */
const mixed = 16

/**
 * Climatology as a Gaussian in every cell, with mean and deviation of the season (and of the hour, where data are that fine).
 */
export function climatologyGaussian(setting: BaselineSetting): GaussianForecastSource {
  const { forecast, size } = setting
  return gaussianPersistence(
    setting,
    "climatology (Gaussian)",
    Array.from(forecast.leads, () => new Float64Array(size)),
  )
}

/**
 * Damped persistence: the anomaly at the start, in standard deviations of the season, times the correlation that training has at this cell and lead, and a Gaussian of
 * what that misses in training (a first-order autoregression for each cell and lead).
 */
export function dampedPersistence(setting: BaselineSetting): GaussianForecastSource {
  return gaussianPersistence(setting, "damped persistence", fitDamping(setting.anomalies, setting).factors)
}

/**
 * Members are the mean plus noise with the covariance, across cells and leads, of what the mean misses in training: each member's is a
 * sum of remainders in that season of training with normal weights. The Gaussian that is stated beside them has the remainders' deviation of the whole year. Independent noise in each cell would make nonsense of whole fields.
 *
 * @param damping - [L] of [N]
 */
function gaussianPersistence(setting: BaselineSetting, name: string, damping: readonly Float64Array[]): GaussianForecastSource {
  const { forecast, anomalies, size, series, find, seasonal, nearSeason, isComplete } = setting
  const { leads, members, starts } = forecast
  const later = (t: number, l: number): number => find(series.time.hours[t]! + leads[l]!) * size
  const missed = missedBy(damping, anomalies, setting)
  const random = setting.random.fold(name)
  const isClimatology = damping.every((factor) => factor.every((value) => value === 0))
  /** Where the anomalies of the start begin; -1 where they are needed and missing. */
  const origin = (hours: number): number => {
    if (isClimatology) return 0
    const t = find(hours)
    return t >= 0 && isComplete[t] === 1 ? t * size : -1
  }
  const source = baselineSource(setting, name, (into, hours) => {
    const present = origin(hours)
    if (present < 0) return
    const stream = startStream(random, hours)
    const courses = nearSeason(hours)
    const weights = stream.fold("weights").normalValues([members * mixed])
    const picks = stream.fold("picks").integers(members * mixed, courses.length)
    for (let m = 0; m < members; m++) {
      const own = Array.from(picks.subarray(m * mixed, (m + 1) * mixed), (pick) => courses[pick]!)
      const shares = weights.subarray(m * mixed, (m + 1) * mixed).map((weight) => weight / Math.sqrt(mixed))
      const origins = own.map((t) => t * size)
      const began = new Float32Array(size) // the same mix of the courses' own starts, of which the mean knows its part
      addCombination(began, 0, size, anomalies, origins, shares)
      for (const [l, factor] of damping.entries()) {
        const { mean, deviation } = seasonal(hours + leads[l]!)
        const out = (l * members + m) * size
        for (let n = 0; n < size; n++) into[out + n] = factor[n]! * (isClimatology ? 0 : anomalies[present + n]! - began[n]!)
        const ends = own.map((t) => later(t, l))
        addCombination(into, out, size, anomalies, ends, shares)
        for (let n = 0; n < size; n++) into[out + n] = mean[n]! + deviation[n]! * into[out + n]!
      }
    }
  })
  return {
    ...source,
    readGaussian(start) {
      const hours = starts[start]!
      const present = origin(hours)
      const fields = { mean: new Float32Array(leads.length * size), deviation: new Float32Array(leads.length * size) }
      for (const [l, factor] of damping.entries()) {
        const { mean, deviation } = seasonal(hours + leads[l]!)
        for (let n = 0; n < size; n++) {
          const anomaly = present < 0 ? Number.NaN : isClimatology ? 0 : factor[n]! * anomalies[present + n]!
          fields.mean[l * size + n] = mean[n]! + deviation[n]! * anomaly
          fields.deviation[l * size + n] = deviation[n]! * missed[l]![n]!
        }
      }
      return Promise.resolve(fields)
    },
  }
}
