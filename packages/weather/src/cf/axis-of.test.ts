import { describe, expect, it } from "vitest"
import type { Attributes } from "../data/array-file.ts"
import { axisOf } from "./axis-of.ts"

const axis = (name: string, attributes: Attributes = {}) =>
  axisOf(name, { name, type: "float64", dimensions: [name], shape: [2], attributes })

describe("kinds of axes", () => {
  it("are known by standard name, then units, then direction, then name", () => {
    expect(axis("a", { standard_name: "latitude" })).toBe("latitude")
    expect(axis("time", { standard_name: "forecast_reference_time", units: "hours since 1970-01-01" })).toBe("start")
    expect(axis("a", { standard_name: "realization" })).toBe("member")
    expect(axis("Y", { units: "degrees north" })).toBe("latitude")
    expect(axis("x", { units: "degree_E" })).toBe("longitude")
    expect(axis("a", { units: "days since 2000-01-01" })).toBe("time")
    expect(axis("init_time", { units: "days since 2000-01-01" })).toBe("start")
    expect(axis("a", { positive: "down" })).toBe("level")
    expect(axis("a", { axis: "T" })).toBe("time")
    expect(axis("a", { axis: "Z" })).toBe("level")
  })

  it("go by usual names where nothing else is said", () => {
    const names = ["LAT", "lon", "level", "time", "number", "prediction_timedelta", "step", "init_time", "pressure_level", "bnds", "recNum"]
    expect(names.map((name) => axisOf(name))).toEqual([
      "latitude",
      "longitude",
      "level",
      "time",
      "member",
      "lead",
      "lead",
      "start",
      "level",
      undefined,
      undefined,
    ])
  })

  it("are none for rotated and projected coordinates, whatever they are called", () => {
    expect(axis("lat", { standard_name: "grid_latitude", units: "degrees" })).toBeUndefined()
    expect(axis("x", { standard_name: "projection_x_coordinate", units: "m" })).toBeUndefined()
  })
})
