import * as fc from "fast-check"
import { expect, test } from "vitest"
import { didYouMean, editDistance, nearest } from "./nearest.ts"

test("edit distance is a metric with the known values", () => {
  expect(editDistance("kitten", "sitting")).toBe(3)
  expect(editDistance("", "abc")).toBe(3)
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (a, b, c) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a))
      expect(editDistance(a, b) === 0).toBe(a === b)
      expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c))
    }),
  )
})

test("only what is near is suggested", () => {
  expect(nearest("papr", ["quick", "paper"])).toBe("paper")
  expect(nearest("zebra", ["quick", "paper"])).toBeUndefined()
  expect(nearest("x", [])).toBeUndefined()
  expect(didYouMean("zebra", ["quick", "paper"])).toBe(" Known: quick, paper.")
  expect(didYouMean("zebra", [])).toBe("")
})
