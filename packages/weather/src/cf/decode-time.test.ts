import path from "node:path"
import { DataError } from "@scalewise/nn/errors"
import { sharedFolder } from "@scalewise/nn/testing"
import { describe, expect, it } from "vitest"
import { formatDate, parseDate } from "../calendar/calendar.ts"
import { openClassic } from "../netcdf/open-classic.ts"
import { textAttribute } from "./attribute.ts"
import { calendarOf } from "./calendar-name.ts"
import { decodeTimes, hoursOfUnit } from "./decode-time.ts"

const shared = sharedFolder()
const dates = (values: number[], units: string, calendar = calendarOf(undefined)): string[] =>
  [...decodeTimes(values, units, calendar).hours].map((hours) => formatDate(hours, calendar))

describe("times since a date", () => {
  it("come in many units and sloppy dates", () => {
    for (const [values, units] of [
      [[86_400], "seconds since 1970-01-01"],
      [[1440], "minutes since 1970-1-1 00:00:0.0"],
      [[24], "hours since 1970-01-01 00:00:00.0"],
      [[24], "hr since 1970-01-01T00:00:00Z"],
      [[1], "days since 1970-01-01"],
      [[1], "Day since 1970-01-01 00:00"],
      [[86_400_000], "msec since 1970-01-01"],
      [[86_400], "seconds since 1-1-1970"],
      [[26], "hours since 1970-01-01 00:00 +02:00"],
    ] as const)
      expect([units, dates([...values], units)]).toEqual([units, ["1970-01-02"]])
    expect(dates([-15_769_752], "hours since 1800-01-01")).toEqual(["0001-01-01"])
  })

  it("in months and years are counted along the calendar, which is said", () => {
    expect(dates([0, 1, 2, 13], "months since 2000-01-31")).toEqual(["2000-01-31", "2000-02-29", "2000-03-31", "2001-02-28"])
    expect(dates([1.5], "months since 2001-01-01")).toEqual(["2001-02-15"])
    expect(dates([4], "years since 2000-02-29")).toEqual(["2004-02-29"])
    expect(decodeTimes([1], "months since 2000-01-01", "noleap").notices).toEqual([expect.stringMatching(/months of the calendar/)])
    expect(decodeTimes([NaN], "months since 2000-01-01", "noleap").hours[0]).toBeNaN()
  })

  it("that are none are refused with what would be right", () => {
    for (const units of [undefined, "", "hours", "furlongs since 2000-01-01", "days since yesterday", "days since 2001-02-30"])
      expect(() => decodeTimes([0], units, "standard")).toThrow(DataError)
    expect(() => decodeTimes([0], "hours", "standard")).toThrow(/expected units such as "hours since 1900-01-01", got "hours"/)
  })

  it("know calendars by all their names", () => {
    for (const [name, calendar] of [
      [undefined, "standard"],
      ["gregorian", "standard"],
      ["NOLEAP", "noleap"],
      ["365_day", "noleap"],
      ["THIRTY_DAY_MONTHS", "360_day"],
      ["366_day", "all_leap"],
      ["Proleptic_Gregorian", "proleptic_gregorian"],
      ["none", "standard"],
    ] as const)
      expect(calendarOf(name)).toBe(calendar)
    expect(() => calendarOf("lunar")).toThrow(/expected one of .*standard, .* got "lunar"/)
  })

  it.skipIf(shared === undefined)("of the netCDF library's calendar files run to the right last day", async () => {
    for (const [name, calendar, last] of [
      ["ref_test_360_day_1900.nc", "360_day", "1906-05-20"],
      ["ref_test_366_day_1900.nc", "all_leap", "1906-04-13"],
    ] as const) {
      const file = await openClassic(path.join(shared!, "data/weather/formats", name))
      const { attributes } = file.variables.find((variable) => variable.name === "time")!
      expect(calendarOf(textAttribute(attributes, "calendar"))).toBe(calendar)
      const { hours } = decodeTimes(await file.read("time"), textAttribute(attributes, "units"), calendar)
      expect([formatDate(hours[0]!, calendar), formatDate(hours[2299]!, calendar)]).toEqual(["1900-01-01", last])
      await file.close()
    }
  })

  it("are lengths where no date is named", () => {
    expect([hoursOfUnit("hours"), hoursOfUnit("day"), hoursOfUnit("months"), hoursOfUnit("ns")]).toEqual([1, 24, undefined, 1 / 3.6e12])
    expect(decodeTimes([0.1], "days since 2000-01-01", "standard").hours[0]).toBeCloseTo(parseDate("2000-01-01 02:24", "standard"), 9)
  })
})
