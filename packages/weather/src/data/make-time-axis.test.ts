import { describe, expect, it } from "vitest"
import { hoursOf } from "../calendar/calendar.ts"
import { makeTimeAxis } from "./make-time-axis.ts"

describe("time axes", () => {
  it("have the commonest step, and end a segment at every other one", () => {
    const axis = makeTimeAxis(Float64Array.of(0, 24, 48, 96, 120, 121), "standard")
    expect(axis.stepHours).toBe(24)
    expect(axis.segments).toEqual([
      { from: 0, to: 3 },
      { from: 3, to: 5 },
      { from: 5, to: 6 },
    ])
  })

  it("take months and years for equal steps, and a missing month for a gap", () => {
    const month = (year: number, of: number): number => hoursOf({ year, month: of, day: 1 }, "standard")
    const months = Array.from({ length: 24 }, (_, i) => month(2000 + Math.floor(i / 12), (i % 12) + 1))
    expect(makeTimeAxis(Float64Array.from(months), "standard").segments).toEqual([{ from: 0, to: 24 }])
    expect(makeTimeAxis(Float64Array.from(months.toSpliced(7, 1)), "standard").segments).toHaveLength(2)
    expect(
      makeTimeAxis(
        Float64Array.from([2000, 2001, 2002, 2003], (year) => month(year, 1)),
        "standard",
      ).segments,
    ).toHaveLength(1)
  })

  it("may be a single time, or none", () => {
    expect(makeTimeAxis(Float64Array.of(5), "noleap")).toMatchObject({ stepHours: NaN, segments: [{ from: 0, to: 1 }] })
    expect(makeTimeAxis(new Float64Array(0), "noleap").segments).toEqual([])
  })
})
