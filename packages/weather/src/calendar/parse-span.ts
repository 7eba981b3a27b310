import { DataError } from "@scalewise/nn/errors"
import type { Calendar } from "./calendar.ts"
import { parsePeriod } from "./parse-period.ts"

/** A stretch of time, hours since 1970-01-01 00:00 of the calendar; `to` exclusive. */
export interface Period {
  readonly from: number
  readonly to: number
}

/**
 * A stretch of years or dates: "2008", "2001-2007" (years, both included), "2013-01/2013-10" or "2001-01-01/2007-06-30" (first and last
 * date, both included).
 *
 * @throws DataError for anything else, and for an end before the beginning
 */
export function parseSpan(text: string, calendar: Calendar): Period {
  const years = /^\s*(\d{4})\s*-\s*(\d{4})\s*$/.exec(text)
  const [first, last = first] = years ? [years[1]!, years[2]!] : text.split("/")
  const from = parsePeriod(first!, calendar).start
  const to = parsePeriod(last!, calendar).end
  if (text.split("/").length > 2 || !(to > from))
    throw new DataError(
      `period: expected years such as 2001-2007, or first and last date such as 2013-01/2013-10, got "${text}"; write it in that form`,
    )
  return { from, to }
}
