import { DataError } from "@scalewise/nn/errors"

/** The calendars of the CF conventions (section 4.4.1). "standard" is Julian before 1582-10-15 and Gregorian from then on. */
export type Calendar = "standard" | "proleptic_gregorian" | "julian" | "noleap" | "all_leap" | "360_day"

/** A moment as its calendar writes it; years are astronomical (the year before 1 is 0). */
export interface CalendarDate {
  readonly year: number
  /** 1..12 */
  readonly month: number
  /** 1..31 */
  readonly day: number
  readonly hour?: number
  readonly minute?: number
  /** May have a fraction. */
  readonly second?: number
}

/** First Gregorian day of "standard", days since 1970-01-01. The day before it is 4 October 1582, Julian. */
const gregorianSwitch = -141_427

const monthsOfCommonYear = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

/** Number of days in a month; October 1582 of "standard" counts to 31, although 5 to 14 do not exist. */
export function daysInMonth(year: number, month: number, calendar: Calendar): number {
  if (calendar === "360_day") return 30
  return monthsOfCommonYear[month - 1]! + (month === 2 && isLeap(year, calendar) ? 1 : 0)
}

/**
 * Hours since 1970-01-01 00:00 of the calendar.
 *
 * @throws DataError for a day that the calendar does not have
 */
export function hoursOf(date: CalendarDate, calendar: Calendar): number {
  const { year, month, day, hour = 0, minute = 0, second = 0 } = date
  const isDay = Number.isInteger(year) && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month, calendar)
  const isSkipped = calendar === "standard" && year === 1582 && month === 10 && day > 4 && day < 15
  if (!isDay || isSkipped) {
    const found = `${year}-${month}-${day}`
    throw new DataError(`calendar ${calendar}: expected a day that this calendar has, got ${found}; check the date and the calendar`)
  }
  return dayNumber(year, month, day, calendar) * 24 + hour + (minute * 60 + second) / 3600
}

/** The moment so many hours after 1970-01-01 00:00 of the calendar, to the nearest millisecond. */
export function dateAt(hours: number, calendar: Calendar): Required<CalendarDate> {
  const milliseconds = Math.round(hours * 3_600_000)
  const days = Math.floor(milliseconds / 86_400_000)
  const rest = milliseconds - days * 86_400_000
  return {
    ...dayAt(days, calendar),
    hour: Math.floor(rest / 3_600_000),
    minute: Math.floor(rest / 60_000) % 60,
    second: (rest % 60_000) / 1000,
  }
}

const datePattern =
  /^\s*([+-]?\d{1,5})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:(?:T|\s+)(\d{1,2})(?::(\d{1,2})(?::(\d{1,2}(?:\.\d*)?))?)?)?\s*(Z|UTC|GMT|([+-]?)(\d{1,2})(?::?(\d{2}))?)?\s*$/i
const compactDate = /^\s*(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(?:(\d{2}))?)?\s*$/

/**
 * Reads a date such as "2010-01-05", "2010-01-05 12:00", "2010-01-05T12:00:00Z", "1-1-1 00:00:0.0", "2010-01-05 00:00 +02:00" or
 * "20100105T12" as hours since 1970-01-01 00:00 of the calendar; what is left out is the first of its kind. Zones are undone.
 *
 * @throws DataError for anything else, and for a day that the calendar does not have
 */
export function parseDate(text: string, calendar: Calendar): number {
  const compact = compactDate.exec(text)
  const parts = compact ?? datePattern.exec(text)
  if (!parts) throw new DataError(`expected a date such as "2010-01-05" or "2010-01-05 12:00", got "${text}"; write it in that form`)
  const [, year, month = "1", day = "1", hour = "0", minute = "0", second = "0", , sign, zoneHours = "0", zoneMinutes = "0"] = parts
  const at = (value: string): number => Number(value)
  if (at(hour) > 24 || at(minute) > 59 || at(second) >= 61)
    throw new DataError(`expected a time of day up to 24:00, got "${text}"; correct the hour, minute or second`)
  const zone = (sign === "-" ? -1 : 1) * (at(zoneHours) + at(zoneMinutes) / 60)
  const date = { year: at(year!), month: at(month), day: at(day), hour: at(hour), minute: at(minute), second: at(second) }
  return hoursOf(date, calendar) - zone
}

/** ISO text of a moment: "2010-01-05" at midnight, else "2010-01-05 06:00", with seconds where there are any. */
export function formatDate(hours: number, calendar: Calendar): string {
  const { year, month, day, hour, minute, second } = dateAt(hours, calendar)
  const two = (value: number): string => String(value).padStart(2, "0")
  const date = `${year < 0 ? "-" : ""}${String(Math.abs(year)).padStart(4, "0")}-${two(month)}-${two(day)}`
  const whole = Math.floor(second)
  const seconds = second === 0 ? "" : `:${two(whole)}${second === whole ? "" : (second - whole).toFixed(3).slice(1)}`
  return hour === 0 && minute === 0 && second === 0 ? date : `${date} ${two(hour)}:${two(minute)}${seconds}`
}

/** How much of the calendar's own year has passed, 0 to just under 1: the season that conditions and climatologies go by. */
export function yearFraction(hours: number, calendar: Calendar): number {
  const { year } = dateAt(hours, calendar)
  const start = dayNumber(year, 1, 1, calendar) * 24
  const end = dayNumber(year + 1, 1, 1, calendar) * 24
  return Math.min(1 - Number.EPSILON, Math.max(0, (hours - start) / (end - start)))
}

function isLeap(year: number, calendar: Calendar): boolean {
  if (calendar === "all_leap") return true
  if (calendar === "noleap") return false
  const isGregorian = calendar === "proleptic_gregorian" || (calendar === "standard" && year > 1582)
  return year % 4 === 0 && (!isGregorian || year % 100 !== 0 || year % 400 === 0)
}

/** Days since 1970-01-01 of the calendar. */
function dayNumber(year: number, month: number, day: number, calendar: Calendar): number {
  switch (calendar) {
    case "360_day":
      return (year - 1970) * 360 + (month - 1) * 30 + day - 1
    case "noleap":
    case "all_leap":
      return (year - 1970) * (calendar === "noleap" ? 365 : 366) + dayOfYear(year, month, day, calendar)
    case "standard": {
      const gregorian = leapYearDays(year, month, day, "proleptic_gregorian")
      return gregorian >= gregorianSwitch ? gregorian : leapYearDays(year, month, day, "julian") + julianLead
    }
    default:
      return leapYearDays(year, month, day, calendar)
  }
}

/** Days by which 1 January 1970 of the Julian calendar comes after that of the Gregorian. */
const julianLead = 13

/** Days since 1970-01-01 where every fourth year is long, and, Gregorian, three of four hundreds are not. */
function leapYearDays(year: number, month: number, day: number, calendar: "proleptic_gregorian" | "julian"): number {
  const leapsBefore = (last: number): number =>
    calendar === "julian" ? Math.floor(last / 4) : Math.floor(last / 4) - Math.floor(last / 100) + Math.floor(last / 400)
  return (year - 1970) * 365 + leapsBefore(year - 1) - leapsBefore(1969) + dayOfYear(year, month, day, calendar)
}

/** From 0. */
function dayOfYear(year: number, month: number, day: number, calendar: Calendar): number {
  let days = day - 1
  for (let before = 1; before < month; before++) days += daysInMonth(year, before, calendar)
  return days
}

function dayAt(days: number, calendar: Calendar): { year: number; month: number; day: number } {
  if (calendar === "standard") return days >= gregorianSwitch ? dayAt(days, "proleptic_gregorian") : dayAt(days - julianLead, "julian")
  // A year by its mean length is at most one off.
  let year = 1970 + Math.floor(days / meanYear[calendar])
  while (dayNumber(year + 1, 1, 1, calendar) <= days) year++
  while (dayNumber(year, 1, 1, calendar) > days) year--
  let rest = days - dayNumber(year, 1, 1, calendar)
  let month = 1
  for (; month < 12 && rest >= daysInMonth(year, month, calendar); month++) rest -= daysInMonth(year, month, calendar)
  return { year, month, day: rest + 1 }
}

const meanYear = { proleptic_gregorian: 365.2425, julian: 365.25, noleap: 365, all_leap: 366, "360_day": 360 } as const
