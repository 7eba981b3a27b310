import { DataError } from "@scalewise/nn/errors"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { dateAt, formatDate, hoursOf, parseDate, yearFraction, type Calendar } from "./calendar.ts"

const calendars: readonly Calendar[] = ["standard", "proleptic_gregorian", "julian", "noleap", "all_leap", "360_day"]

describe("calendars", () => {
  it("agree with JavaScript's own dates where they are Gregorian", () => {
    fc.assert(
      fc.property(fc.integer({ min: -719_000, max: 700_000 }), (days) => {
        // oxlint-disable-next-line no-restricted-globals -- an independent reference, not a clock
        const date = new Date(days * 86_400_000)
        const expected = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
        expect(dateAt(days * 24, "proleptic_gregorian")).toMatchObject(expected)
        if (days >= -141_427) expect(dateAt(days * 24, "standard")).toMatchObject(expected)
      }),
    )
  })

  it("give every moment back, day after day", () => {
    for (const calendar of calendars)
      fc.assert(
        fc.property(fc.integer({ min: -800_000, max: 800_000 }), fc.integer({ min: 0, max: 86_399 }), (days, second) => {
          const hours = days * 24 + second / 3600
          expect(hoursOf(dateAt(hours, calendar), calendar)).toBeCloseTo(hours, 6)
          expect(parseDate(formatDate(hours, calendar), calendar)).toBeCloseTo(hours, 6)
        }),
      )
  })

  it("knows the lengths of years: 29 February, 30 February, none", () => {
    const february29 = (year: number): Calendar[] =>
      calendars.filter((calendar) => formatDate(hoursOf({ year, month: 2, day: 28 }, calendar) + 24, calendar).endsWith("02-29"))
    expect(february29(2000)).toEqual(["standard", "proleptic_gregorian", "julian", "all_leap", "360_day"])
    expect(february29(1900)).toEqual(["julian", "all_leap", "360_day"])
    expect(february29(1500)).toEqual(["standard", "julian", "all_leap", "360_day"])
    expect(parseDate("2001-02-30", "360_day")).toBe((31 * 360 + 59) * 24)
    expect(() => parseDate("2001-02-29", "noleap")).toThrow(DataError)
    expect(() => parseDate("2001-01-31", "360_day")).toThrow(/calendar 360_day: .* got 2001-1-31/)
  })

  it("passes from 4 to 15 October 1582 in one day", () => {
    const last = parseDate("1582-10-04", "standard")
    expect(formatDate(last + 24, "standard")).toBe("1582-10-15")
    expect(() => parseDate("1582-10-10", "standard")).toThrow(DataError)
    expect(parseDate("1582-10-10", "proleptic_gregorian")).toBe(last + 24 - 5 * 24)
    // The day count of astronomers begins on -4712-01-01 (Julian), 2440587.5 days before 1970-01-01 00:00, at noon.
    expect(parseDate("-4712-01-01 12:00", "standard")).toBe(-2_440_587.5 * 24)
  })

  it("reads sloppy dates and zones, and refuses what is no date", () => {
    const day = parseDate("1970-01-02", "standard")
    for (const text of [
      "1970-1-2",
      "1970-1-2 00:00:0.0",
      "1970-01-02T00:00:00Z",
      "1970-01-02 02:00 +02:00",
      "1970-01-01 19:00:00 -5",
      "19700102",
    ])
      expect([text, parseDate(text, "standard")]).toEqual([text, day])
    expect(parseDate("1-1-1 00:00:0.0", "noleap")).toBe(-1969 * 365 * 24)
    expect(parseDate("2010-01-05 06:30", "standard") - parseDate("2010-01-05", "standard")).toBe(6.5)
    for (const text of ["", "soon", "2010/01/05", "2010-13-01", "2010-00-01", "2010-01-05 25:00", "2010-01-05 12:61"])
      expect(() => parseDate(text, "standard")).toThrow(DataError)
  })

  it("measures the season by the year of the calendar", () => {
    for (const calendar of calendars) {
      expect(yearFraction(hoursOf({ year: 2004, month: 1, day: 1 }, calendar), calendar)).toBe(0)
      const eve = yearFraction(hoursOf({ year: 2004, month: 12, day: 30, hour: 23 }, calendar), calendar)
      expect([eve > 0.99, eve < 1]).toEqual([true, true])
    }
    expect(yearFraction(parseDate("2001-07-01", "360_day"), "360_day")).toBe(0.5)
    expect(yearFraction(parseDate("2003-07-02 12:00", "standard"), "standard")).toBe(0.5)
    expect(yearFraction(parseDate("2004-07-02", "standard"), "standard")).toBe(0.5)
  })
})
