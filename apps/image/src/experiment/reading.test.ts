import { describe, expect, it } from "vitest"
import { targetText } from "./measurements.ts"
import { compare } from "./reading.ts"
import { decodeResult, encodeResult } from "./stored-results.ts"

describe("compare", () => {
  it("says lower or higher only where all seeds agree and the difference counts", () => {
    expect(compare([1, 2], [2, 3])).toBe("lower")
    expect(compare([2, 3], [1, 2])).toBe("higher")
    expect(compare([1, 3], [2, 2.5])).toBe("undecided")
    expect(compare([1, 1], [1.001, 1.001])).toBe("undecided")
    expect(compare([1], [1])).toBe("undecided")
  })
})

describe("targetText", () => {
  it("never hides a seed that did not get there", () => {
    expect(targetText([1.25, 2])).toBe("1.25, 2")
    expect(targetText([null, 2])).toBe("2; not reached by 1 of 2 seeds")
    expect(targetText([null, null])).toBe("not reached")
  })
})

describe("stored results", () => {
  it("come back as they were", () => {
    const result = { unit: "latent", seed: 3, pictures: { image: Float32Array.of(0.1, -2, 1e-9) }, curve: [{ epoch: 1, mse: 0.5 }] }
    expect(decodeResult(encodeResult(result as never), "f")).toEqual(result)
    expect(() => decodeResult("{", "f.json")).toThrow(/^f\.json: expected a saved result/)
  })
})
