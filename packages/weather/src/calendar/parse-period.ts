import { dateAt, hoursOf, parseDate, type Calendar } from "./calendar.ts"

/**
 * The stretch of time that a date means: "2007" a year, "2007-03" a month, "2007-03-01" a day, and with a time of day that moment
 * alone. Hours since 1970-01-01 00:00 of the calendar; `end` is the first moment after it, or for a moment the moment itself.
 *
 * @throws DataError for what is no date
 */
export function parsePeriod(text: string, calendar: Calendar): { readonly start: number; readonly end: number } {
  const start = parseDate(text, calendar)
  const { year, month } = dateAt(start, calendar)
  const parts = /^\s*[+-]?\d{1,5}(-\d{1,2})?(-\d{1,2})?\s*$/.exec(text)
  if (!parts) return { start, end: /^\s*\d{8}\s*$/.test(text) ? start + 24 : start }
  if (parts[2] !== undefined) return { start, end: start + 24 }
  if (parts[1] === undefined) return { start, end: hoursOf({ year: year + 1, month: 1, day: 1 }, calendar) }
  return { start, end: hoursOf(month === 12 ? { year: year + 1, month: 1, day: 1 } : { year, month: month + 1, day: 1 }, calendar) }
}
