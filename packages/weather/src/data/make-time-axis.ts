import type { Calendar } from "../calendar/calendar.ts"
import type { TimeAxis } from "./time-axis.ts"

/** Steps of 28 to 31 days are months, of 355 to 367 days years: unequal, and still without a gap. */
const calendarSteps: readonly (readonly [number, number])[] = [
  [27.4 * 24, 31.6 * 24],
  [355 * 24, 367 * 24],
]

/**
 * Finds the step and the gaps of a time axis. The step is the commonest one; a segment ends wherever the next time does not follow by
 * it (months and years may differ by as much as they do).
 *
 * @param hours - since 1970-01-01 00:00 of the calendar, ascending without duplicates
 */
export function makeTimeAxis(hours: Float64Array, calendar: Calendar): TimeAxis {
  if (hours.length === 0) return { calendar, hours, stepHours: NaN, segments: [] }
  const counts = new Map<number, number>()
  for (let i = 1; i < hours.length; i++) {
    const step = Math.round((hours[i]! - hours[i - 1]!) * 3600) / 3600
    counts.set(step, (counts.get(step) ?? 0) + 1)
  }
  const [stepHours] = [...counts].reduce(
    (best, entry) => (entry[1] > best[1] || (entry[1] === best[1] && entry[0] < best[0]) ? entry : best),
    [NaN, 0],
  )
  const [low, high] = calendarSteps.find(([least, most]) => stepHours >= least && stepHours <= most) ?? [
    stepHours - 1 / 60,
    stepHours + 1 / 60,
  ]
  const segments: { from: number; to: number }[] = []
  let from = 0
  for (let i = 1; i <= hours.length; i++) {
    const step = i < hours.length ? hours[i]! - hours[i - 1]! : NaN
    if (step >= low && step <= high) continue
    segments.push({ from, to: i })
    from = i
  }
  return { calendar, hours, stepHours, segments }
}
