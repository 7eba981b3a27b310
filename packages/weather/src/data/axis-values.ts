import { DataError } from "@scalewise/nn/errors"
import type { Calendar } from "../calendar/calendar.ts"
import { textAttribute } from "../cf/attribute.ts"
import { calendarOf } from "../cf/calendar-name.ts"
import { decodeTimes, hoursOfUnit, type DecodedTimes } from "../cf/decode-time.ts"
import { packingOf, unpackAll } from "../cf/packing.ts"
import type { ArrayFile, ArrayVariable } from "./array-file.ts"

/** The variable of numbers that has the name of a dimension and runs along it alone. */
export function coordinateOf({ variables }: ArrayFile, dimension: string): ArrayVariable | undefined {
  return variables.find(
    ({ name, dimensions, type }) => name === dimension && dimensions.join() === dimension && type !== "char" && type !== "string",
  )
}

/** Decoded numbers of an axis. */
export async function axisValues(file: ArrayFile, variable: ArrayVariable): Promise<Float64Array> {
  return unpackAll(await file.read(variable.name), packingOf(variable))
}

/**
 * Decoded moments of an axis such as "days since 1850-01-01".
 *
 * @throws DataError for units or a calendar that no time axis has
 */
export async function axisMoments(file: ArrayFile, variable: ArrayVariable): Promise<DecodedTimes & { readonly calendar: Calendar }> {
  const calendar = calendarOf(textAttribute(variable.attributes, "calendar"))
  return { calendar, ...decodeTimes(await axisValues(file, variable), textAttribute(variable.attributes, "units"), calendar) }
}

/**
 * Hours of an axis of lengths of time such as "days"; without units they are hours.
 *
 * @throws DataError for other units
 */
export async function axisHours(file: ArrayFile, variable: ArrayVariable): Promise<Float64Array> {
  const units = textAttribute(variable.attributes, "units") ?? "hours"
  const hours = hoursOfUnit(units)
  if (hours === undefined)
    throw new DataError(
      `${file.path}: expected "${variable.name}" in units of time such as "hours", got "${units}"; correct its attribute "units"`,
    )
  const values = await axisValues(file, variable)
  return values.map((value) => Math.round(value * hours * 3600) / 3600)
}
