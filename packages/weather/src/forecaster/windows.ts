import { dateAt, yearFraction, type Calendar } from "../calendar/calendar.ts"
import type { Period } from "../calendar/parse-span.ts"
import type { TimeAxis } from "../data/time-axis.ts"

/** Numbers of the states that lie in a period. */
export const timesIn = ({ hours }: TimeAxis, { from, to }: Period): number[] =>
  Array.from(hours.keys()).filter((t) => hours[t]! >= from && hours[t]! < to)

/**
 * Numbers of the states in a period that can be a target: they and the `before` states before them are whole, in one stretch without a
 * gap, and all inside the period, so that nothing of one split is seen in another.
 */
export function targetsIn(time: TimeAxis, complete: Uint8Array, period: Period, before = 2): number[] {
  const isInside = (t: number): boolean => complete[t] === 1 && time.hours[t]! >= period.from && time.hours[t]! < period.to
  return time.segments.flatMap(({ from, to }) => {
    const found: number[] = []
    for (let t = from + before; t < to; t++) {
      let isWhole = true
      for (let back = 0; back <= before; back++) isWhole &&= isInside(t - back)
      if (isWhole) found.push(t)
    }
    return found
  })
}

/** Season and hour of day as two angles each: cos and sin, four numbers. */
export function calendarNumbers(hours: number, calendar: Calendar): number[] {
  const year = 2 * Math.PI * yearFraction(hours, calendar)
  const { hour, minute } = dateAt(hours, calendar)
  const day = (2 * Math.PI * (hour + minute / 60)) / 24
  return [Math.cos(year), Math.sin(year), Math.cos(day), Math.sin(day)]
}
