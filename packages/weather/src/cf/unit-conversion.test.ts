import { ConfigError } from "@scalewise/nn/errors"
import { describe, expect, it } from "vitest"
import { parseSelector } from "./selector.ts"
import { canonicalUnits, unitConversion } from "./unit-conversion.ts"

const convert = (value: number, from: string, to: string): number => {
  const { scale, offset } = unitConversion(from, to)
  return value * scale + offset
}

describe("units", () => {
  it("are converted into others of their kind, in every spelling", () => {
    expect(convert(101_325, "Pa", "hPa")).toBeCloseTo(1013.25)
    expect(convert(1013, "millibars", "Pa")).toBeCloseTo(101_300)
    expect(convert(273.15, "degK", "degC")).toBeCloseTo(0)
    expect(convert(50, "fahrenheit", "K")).toBeCloseTo(283.15)
    expect(convert(54_000, "m**2 s**-2", "m")).toBeCloseTo(54_000 / 9.806_65)
    expect(convert(550, "dam", "m2 s-2")).toBeCloseTo(5500 * 9.806_65)
    expect(convert(10, "m s**-1", "knots")).toBeCloseTo(19.4384, 3)
    expect(convert(7, "furlong", "furlong")).toBe(7)
    expect(["gpm", "m^2/s^2", "Pascals", "J kg**-1", "kg m-2", "odd"].map(canonicalUnits)).toEqual([
      "m",
      "m2 s-2",
      "Pa",
      "m2 s-2",
      "kg m-2",
      "odd",
    ])
  })

  it("of another kind are refused, with those that would do", () => {
    expect(() => unitConversion("K", "hPa")).toThrow(ConfigError)
    expect(() => unitConversion("K", "hPa")).toThrow(/it can become degC, degF/)
    expect(() => unitConversion("odd", "K")).toThrow(/leave the units as they are/)
  })
})

describe("selectors", () => {
  it("have a name, a level and units", () => {
    expect(parseSelector("msl")).toEqual({ name: "msl" })
    expect(parseSelector("z@500")).toEqual({ name: "z", level: 500 })
    expect(parseSelector("t@850hPa:degC")).toEqual({ name: "t", level: 850, units: "degC" })
    expect(parseSelector("z500 : m2 s-2")).toEqual({ name: "z500", units: "m2 s-2" })
    for (const text of ["", "@500", "z@", "z@high", "z@5.0.0", ":hPa"]) expect(() => parseSelector(text)).toThrow(ConfigError)
  })
})
