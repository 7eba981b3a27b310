import { randomStream } from "@scalewise/nn"
import { expect, it } from "vitest"
import { rankDeviation, rankFlatness, rankOf } from "./rank-histogram.ts"

const noTie = (): number => {
  throw new Error("there is no tie")
}

it("counts the members below", () => {
  const sorted = Float64Array.of(1, 2, 4)
  expect([0, 1.5, 3, 9].map((truth) => rankOf(sorted, 3, truth, noTie))).toEqual([0, 1, 2, 3])
})

it("is uniform over the ranks that a tie allows", () => {
  const sorted = Float64Array.of(1, 2, 2, 4)
  expect([0, 0.34, 0.99].map((uniform) => rankOf(sorted, 4, 2, () => uniform))).toEqual([1, 2, 3])
})

it("is flat for rounded but perfect ensembles, with the deciding of ties", () => {
  const [cases, members] = [20_000, 9]
  const values = randomStream(5)
    .normalValues([cases, members + 1])
    .map(Math.round)
  const ties = randomStream(6).uniformValues([cases])
  const counts = new Float64Array(members + 1)
  for (let i = 0; i < cases; i++) {
    const all = values.subarray(i * (members + 1), (i + 1) * (members + 1))
    counts[rankOf(Float64Array.from(all.subarray(1)).sort(), members, all[0]!, () => ties[i]!)]!++
  }
  expect(rankFlatness(counts).pValue).toBeGreaterThan(0.001)
  expect(rankDeviation(counts)).toBeLessThan(0.05)
})

it("measures what is not flat", () => {
  expect(rankDeviation([1, 1, 1, 1])).toBe(0)
  expect(rankDeviation([4, 0, 0, 0])).toBe(1.5)
  const { chiSquare, pValue } = rankFlatness([60, 20, 20, 60])
  expect(chiSquare).toBe(40)
  expect(pValue).toBeLessThan(1e-6)
  // Upper 5 % point of chi-square with 9 degrees of freedom: 16.919
  const shift = Math.sqrt((16.919 * 100) / 2)
  expect(rankFlatness([100 + shift, 100 - shift, ...Array.from({ length: 8 }, () => 100)]).pValue).toBeCloseTo(0.05, 2)
})
