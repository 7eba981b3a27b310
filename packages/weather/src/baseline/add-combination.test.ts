import { expect, it } from "vitest"
import { addCombination } from "./add-combination.ts"

it.each([0, 1, 3, 4, 6, 9])("adds %i rows with their weights, and touches nothing else", (count) => {
  const values = Float32Array.from({ length: 60 }, (_, i) => (i * 7) % 11)
  const offsets = Array.from({ length: count }, (_, k) => 5 * ((k * 3) % 11))
  const weights = Array.from({ length: count }, (_, k) => k - 2)
  const into = new Float32Array(9).fill(1)
  addCombination(into, 2, 5, values, offsets, weights)
  const expected = Array.from({ length: 9 }, (_, i) => {
    const inside = i >= 2 && i < 7
    return 1 + (inside ? offsets.reduce((sum, offset, k) => sum + weights[k]! * values[offset + i - 2]!, 0) : 0)
  })
  expect(Array.from(into)).toEqual(expected)
})
