import { expect, it } from "vitest"
import { histogram } from "./histogram.ts"

it("puts values on edges where NumPy puts them, and drops what lies outside", () => {
  // numpy.histogram([...], bins=10, range=(0, 1)): 0.3 and 0.7 lie below the rounded edges 3 * 0.1 and 7 * 0.1
  const values = [0, 0.1, 0.2, 0.3, 0.6, 0.7, 0.9, 1, -1e-9, 1.0001, Number.NaN]
  expect([...histogram(values, 10, 0, 1)]).toEqual([1, 1, 2, 0, 0, 1, 1, 0, 0, 2])
  expect(10 * 0.1 * 0.3).toBeLessThan(3 * 0.1)
  expect([...histogram([2, 0, 1], 200, -1e-5, 2)].flatMap((count, bin) => (count > 0 ? bin : []))).toEqual([0, 100, 199])
})
