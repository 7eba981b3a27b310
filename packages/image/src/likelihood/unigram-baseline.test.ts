import { gridSchedule } from "@scalewise/core"
import { expect, test } from "vitest"
import { unigramBaseline } from "./unigram-baseline.ts"

const schedule = gridSchedule([1, 2])

test("the entropy of tables that can be counted by hand, of scales and of sites", () => {
  // Scale 1 is a fair coin; at scale 2 every site is sure of its own token, and the scale has two codes in equal shares
  const tokens = Int32Array.from([
    [0, 1, 1, 2, 2],
    [1, 1, 1, 2, 2],
  ].flat()) // prettier-ignore
  const { entropy } = unigramBaseline(tokens, { schedule, vocabulary: 3 })
  expect(entropy.perScale[0]).toBeCloseTo(Math.LN2, 12)
  expect(entropy.perScale[1]).toBeCloseTo(Math.LN2, 12)
  expect(entropy.perPosition[0]).toBeCloseTo(Math.LN2, 12)
  expect(entropy.perPosition[1]).toBe(0)
  expect(entropy.nats.perScale).toBeCloseTo(5 * Math.LN2, 12)
  expect(entropy.nats.perPosition).toBeCloseTo(Math.LN2, 12)
})

test("other tokens are scored with one more count for each code", () => {
  const tokens = Int32Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
  const { score } = unigramBaseline(tokens, { schedule, vocabulary: 3 })
  const found = score(Int32Array.from([2, 0, 0, 1, 0]))
  // Scale 1 has seen 0 twice: (2 + 1) / (2 + 3), and the others (0 + 1) / (2 + 3); scale 2 has seen it eight times
  expect(found.perScale[0]).toBeCloseTo(-Math.log(1 / 5), 12)
  expect(found.perScale[1]).toBeCloseTo(-(3 * Math.log(9 / 11) + Math.log(1 / 11)) / 4, 12)
  expect(found.perPosition[1]).toBeCloseTo(-(3 * Math.log(3 / 5) + Math.log(1 / 5)) / 4, 12)
})

test("bits have a table each, and a site costs their sum", () => {
  const tokens = Int32Array.from([
    [0, 1, 0, 1, 0, 1, 0, 1, 0, 1],
    [1, 1, 0, 1, 0, 1, 0, 1, 0, 1],
  ].flat()) // prettier-ignore
  const { entropy } = unigramBaseline(tokens, { schedule, vocabulary: 2, bits: 2 })
  expect(entropy.perScale[0]).toBeCloseTo(Math.LN2, 12)
  expect(entropy.perScale[1]).toBe(0)
})

test("refuses what are no tokens", () => {
  expect(() => unigramBaseline(new Int32Array(7), { schedule, vocabulary: 3 })).toThrow("expected 5 tokens for each image, got 7")
  expect(() => unigramBaseline(new Int32Array(0), { schedule, vocabulary: 3 })).toThrow("expected 5 tokens for each image, got 0")
  expect(() => unigramBaseline(Int32Array.from([0, 0, 3, 0, 0]), { schedule, vocabulary: 3 })).toThrow("expected tokens from 0 to 2, got 3")
})
