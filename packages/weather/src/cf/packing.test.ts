import { describe, expect, it } from "vitest"
import type { ArrayVariable, Attributes, StoredType, StoredValues } from "../data/array-file.ts"
import { packingOf, unpackAll } from "./packing.ts"

const decoded = (type: StoredType, attributes: Attributes, stored: StoredValues, more: Partial<ArrayVariable> = {}): number[] => [
  ...unpackAll(stored, packingOf({ name: "v", type, dimensions: ["x"], shape: [stored.length], attributes, ...more })),
]

describe("packing", () => {
  it("is undone by scale and offset, each alone and with a negative scale", () => {
    expect(decoded("int16", { scale_factor: 0.5, add_offset: 10 }, Int16Array.of(-2, 0, 3))).toEqual([9, 10, 11.5])
    expect(decoded("int16", { scale_factor: -2 }, Int16Array.of(1, 2))).toEqual([-2, -4])
    expect(decoded("int16", { add_offset: 5000 }, Int16Array.of(1))).toEqual([5001])
    expect(decoded("float32", {}, Float32Array.of(1.5))).toEqual([1.5])
  })

  it("holds both fill attributes against stored numbers, before scaling, also where they differ or are lists", () => {
    expect(decoded("int16", { _FillValue: -9, missing_value: [1, 2], scale_factor: 2 }, Int16Array.of(-9, 1, 2, 3, -18))).toEqual([
      NaN,
      NaN,
      NaN,
      6,
      -36,
    ])
    expect(decoded("float32", { missing_value: 1e20 }, Float32Array.of(1e20, 5))).toEqual([NaN, 5])
    expect(decoded("int16", { missing_value: "-9999." }, Int16Array.of(-9999, 1))).toEqual([NaN, 1])
  })

  it("takes NaN as the fill value of whole numbers for none, and a fill value that is no number too, with a notice", () => {
    const variable = { name: "v", type: "int16" as const, dimensions: [], shape: [], attributes: { _FillValue: NaN } }
    expect(packingOf(variable).notices).toEqual([expect.stringMatching(/whole numbers/)])
    expect(decoded("int16", { _FillValue: NaN }, Int16Array.of(0, -32_767))).toEqual([0, -32_767])
    expect(packingOf({ ...variable, attributes: { missing_value: "none", scale_factor: "two" } }).notices).toHaveLength(2)
    expect(decoded("float32", { _FillValue: NaN }, Float32Array.of(NaN, 1))).toEqual([NaN, 1])
  })

  it("knows what the netCDF library leaves where nothing was written, unless a fill value is declared", () => {
    expect(decoded("float32", {}, Float32Array.of(9.969_209_968_386_869e36))).toEqual([NaN])
    expect(decoded("int16", {}, Int16Array.of(-32_767))).toEqual([NaN])
    expect(decoded("int16", { _FillValue: -1 }, Int16Array.of(-32_767))).toEqual([-32_767])
    expect(decoded("int16", {}, Int16Array.of(-5), { fillValue: -5 })).toEqual([NaN])
  })

  it("keeps to valid ranges, and takes infinities for missing", () => {
    expect(decoded("int16", { valid_range: [0, 10], scale_factor: 2 }, Int16Array.of(-1, 0, 10, 11))).toEqual([NaN, 0, 20, NaN])
    expect(decoded("float32", { valid_min: 0 }, Float32Array.of(-1, 1))).toEqual([NaN, 1])
    expect(decoded("float32", { valid_max: 0 }, Float32Array.of(-1, 1))).toEqual([-1, NaN])
    expect(decoded("float64", {}, Float64Array.of(Infinity, -Infinity, 1))).toEqual([NaN, NaN, 1])
  })

  it("reads signed bytes that stand for unsigned ones", () => {
    expect(decoded("int8", { _Unsigned: "true", _FillValue: -1, valid_range: [0, -2] }, Int8Array.of(-1, -2, 5))).toEqual([NaN, 254, 5])
    expect(decoded("int8", { _Unsigned: "false", _FillValue: 0 }, Int8Array.of(-1))).toEqual([-1])
  })
})
