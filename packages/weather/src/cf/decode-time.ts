import { DataError } from "@scalewise/nn/errors"
import { dateAt, daysInMonth, hoursOf, parseDate, type Calendar } from "../calendar/calendar.ts"

const hoursPerUnit: readonly (readonly [RegExp, number])[] = [
  [/^(nanoseconds?|nanosecs?|ns)$/i, 1 / 3.6e12],
  [/^(microseconds?|microsecs?|us)$/i, 1 / 3.6e9],
  [/^(milliseconds?|millisecs?|msecs?|ms)$/i, 1 / 3.6e6],
  [/^(seconds?|secs?|s)$/i, 1 / 3600],
  [/^(minutes?|mins?)$/i, 1 / 60],
  [/^(hours?|hrs?|h)$/i, 1],
  [/^(days?|d)$/i, 24],
  [/^(weeks?)$/i, 168],
]
const monthUnit = /^(months?|mons?)$/i
const yearUnit = /^(years?|yrs?|a)$/i

/** Moments of a time axis. */
export interface DecodedTimes {
  /** Hours since 1970-01-01 00:00 of the calendar, in the file's order; NaN where the time is missing. */
  readonly hours: Float64Array
  readonly notices: readonly string[]
}

/** Whether units are those of moments, such as "hours since 1900-01-01". */
export const isTimeUnits = (units: string | undefined): boolean => /\bsince\b/i.test(units ?? "")

/** Hours of one unit of a length of time ("hours", "days"); undefined for anything else, months and years included. */
export const hoursOfUnit = (unit: string): number | undefined => hoursPerUnit.find(([pattern]) => pattern.test(unit.trim()))?.[1]

/**
 * Decodes times such as "days since 1850-1-1" (CF conventions 4.4). Months and years are counted along the calendar, which a notice
 * says, since other tools take them for fixed lengths or refuse them; part of a month is that part of its length.
 *
 * @throws DataError for units that are no time since a date
 */
export function decodeTimes(values: ArrayLike<number>, units: string | undefined, calendar: Calendar): DecodedTimes {
  const parts = /^\s*([a-z]+)\s+since\s+(.+?)\s*$/i.exec(units ?? "")
  const unit = parts?.[1] ?? ""
  const isCalendarUnit = monthUnit.test(unit) || yearUnit.test(unit)
  const length = hoursOfUnit(unit)
  if (!parts || (length === undefined && !isCalendarUnit)) {
    throw new DataError(
      `time: expected units such as "hours since 1900-01-01", got ${units === undefined ? "none" : `"${units}"`}; correct the attribute "units" of the time axis`,
    )
  }
  const origin = parseDate(dayFirst(parts[2]!), calendar)
  if (length !== undefined) return { hours: Float64Array.from(values, (value) => rounded(origin + value * length)), notices: [] }

  const months = monthUnit.test(unit) ? 1 : 12
  const start = dateAt(origin, calendar)
  const monthAt = (count: number): number => {
    const month = start.year * 12 + start.month - 1 + count
    const year = Math.floor(month / 12)
    const of = month - year * 12 + 1
    return hoursOf({ ...start, year, month: of, day: Math.min(start.day, daysInMonth(year, of, calendar)) }, calendar)
  }
  const hours = Float64Array.from(values, (value) => {
    if (!Number.isFinite(value)) return NaN
    const whole = Math.floor(value * months)
    const part = value * months - whole
    return rounded(monthAt(whole) + (part === 0 ? 0 : part * (monthAt(whole + 1) - monthAt(whole))))
  })
  return {
    hours,
    notices: [
      `its times are in "${units}": they are counted as ${months === 1 ? "months" : "years"} of the calendar, not as a fixed number of days`,
    ],
  }
}

/** "1-1-1970" is a first of January of 1970, where the last number can only be the year. */
const dayFirst = (text: string): string => text.replace(/^(\d{1,2})-(\d{1,2})-(\d{4})/, "$3-$2-$1")

/** To the second: single-precision days are not finer. */
const rounded = (hours: number): number => Math.round(hours * 3600) / 3600
