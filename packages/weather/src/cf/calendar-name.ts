import { DataError } from "@scalewise/nn/errors"
import type { Calendar } from "../calendar/calendar.ts"

const names: Readonly<Record<string, Calendar>> = {
  standard: "standard",
  gregorian: "standard",
  none: "standard",
  proleptic_gregorian: "proleptic_gregorian",
  julian: "julian",
  noleap: "noleap",
  "365_day": "noleap",
  no_leap: "noleap",
  all_leap: "all_leap",
  "366_day": "all_leap",
  "360_day": "360_day",
  "360": "360_day",
  thirty_day_months: "360_day",
  thirty_day: "360_day",
}

/**
 * The calendar that a file means by its attribute, in any case and by any name that is in use; "standard" where it says nothing (CF
 * conventions 4.4.1).
 *
 * @throws DataError for a name that no calendar has
 */
export function calendarOf(attribute: string | undefined): Calendar {
  const name = (attribute ?? "standard")
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, "_")
  const calendar = names[name]
  if (calendar === undefined)
    throw new DataError(
      `calendar: expected one of ${Object.keys(names).join(", ")}, got "${attribute}"; correct the attribute "calendar" of the time axis`,
    )
  return calendar
}
