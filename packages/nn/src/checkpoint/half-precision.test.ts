import { describe, expect, it } from "vitest"
import { bfloatToFloat, floatToBfloat, floatToHalf, halfToFloat } from "./half-precision.ts"

describe("half precision", () => {
  it("returns all 65536 patterns of both formats to themselves", () => {
    const wrong: number[] = []
    for (let bits = 0; bits < 65536; bits++) {
      const [half, bfloat] = [halfToFloat(bits), bfloatToFloat(bits)]
      if (!Number.isNaN(half) && floatToHalf(half) !== bits) wrong.push(bits)
      if (!Number.isNaN(bfloat) && floatToBfloat(bfloat) !== bits) wrong.push(bits)
    }
    expect(wrong).toEqual([])
    expect(halfToFloat(floatToHalf(Number.NaN))).toBeNaN()
    expect(bfloatToFloat(floatToBfloat(Number.NaN))).toBeNaN()
  })

  it("rounds to the nearest, ties to even", () => {
    const wrong: string[] = []
    for (let bits = 0; bits < 0x7bff; bits++) {
      const [low, high] = [halfToFloat(bits), halfToFloat(bits + 1)]
      const even = bits % 2 === 0 ? bits : bits + 1
      if (floatToHalf((low + high) / 2) !== even) wrong.push(`tie above float16 ${bits}`)
      if (floatToHalf(low + (high - low) * 0.49) !== bits) wrong.push(`below the tie above float16 ${bits}`)
    }
    expect(wrong).toEqual([])
    expect(floatToHalf(65519)).toBe(0x7bff)
    expect(floatToHalf(65520)).toBe(0x7c00)
    expect(floatToHalf(-1e9)).toBe(0xfc00)
    expect(floatToBfloat(1 + 2 ** -8)).toBe(0x3f80) // tie, to even
    expect(floatToBfloat(1 + 3 * 2 ** -8)).toBe(0x3f82) // tie, to even
    expect(floatToBfloat(3.4028234663852886e38)).toBe(0x7f80)
  })
})
