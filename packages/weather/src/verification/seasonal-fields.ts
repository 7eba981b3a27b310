import type { Calendar } from "../calendar/calendar.ts"
import type { HarmonicClimatology } from "../climatology/harmonic-climatology.ts"

/** Mean and deviation of a climatology at one time, [V, H, W] each. */
export interface SeasonalFields {
  readonly mean: Float32Array
  readonly deviation: Float32Array
}

/** Fields of a climatology by time; those asked for last are kept, since neighbouring starts share most valid times. */
export function seasonalFields(climatology: HarmonicClimatology, calendar: Calendar): (hours: number) => SeasonalFields {
  const kept = new Map<number, SeasonalFields>()
  return (hours) => {
    let fields = kept.get(hours)
    if (!fields) {
      fields = { mean: climatology.mean(hours, calendar), deviation: climatology.deviation(hours, calendar) }
      const most = Math.max(64, Math.floor(2 ** 23 / fields.mean.length)) // 64 MB
      if (kept.size >= most) kept.delete(kept.keys().next().value!)
      kept.set(hours, fields)
    }
    return fields
  }
}
