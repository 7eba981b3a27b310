import { ConfigError, randomStream } from "@scalewise/nn"
import * as fc from "fast-check"
import { expect, it } from "vitest"
import { ensembleCrps, sortFew } from "./ensemble-crps.ts"
import { gaussianCrps } from "./gaussian-crps.ts"

const value = fc.double({ min: -50, max: 50, noNaN: true })

/** The definition: integral of (share of members at or below x - [truth at or below x])^2, exact between jumps. */
function integral(members: readonly number[], truth: number): number {
  const jumps = [...members, truth].sort((a, b) => a - b)
  return jumps.slice(1).reduce((sum, right, i) => {
    const left = jumps[i]!
    const share = members.filter((member) => member <= left).length / members.length
    return sum + (right - left) * (share - (truth <= left ? 1 : 0)) ** 2
  }, 0)
}

it("in its classic form is the integral of the definition", () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 80 }), value, (members, truth) => {
      expect(ensembleCrps(members, truth, { form: "classic" })).toBeCloseTo(integral(members, truth), 8)
    }),
  )
})

it("in its fair form is what the definition of pairs says", () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 2, maxLength: 12 }), value, (members, truth) => {
      const count = members.length
      const distance = members.reduce((sum, x) => sum + Math.abs(x - truth), 0) / count
      const pairs = members.reduce((sum, x) => sum + members.reduce((inner, y) => inner + Math.abs(x - y), 0), 0)
      expect(ensembleCrps(members, truth)).toBeCloseTo(distance - pairs / (2 * count * (count - 1)), 8)
    }),
  )
})

it("fair, it has the mean of the full distribution with 3 members as with 20; classic, it has (1 + 1 / M) of it for perfect members", () => {
  const cases = 20_000
  const random = randomStream(3)
  const truths = random.fold("truth").normalValues([cases])
  const expected = truths.reduce((sum, truth) => sum + gaussianCrps(0, 1, truth), 0) / cases
  for (const count of [3, 20]) {
    const members = random.fold(count).normalValues([cases, count])
    const mean = (form: "fair" | "classic"): number =>
      truths.reduce((sum, truth, i) => sum + ensembleCrps(members.subarray(i * count, (i + 1) * count), truth, { form }), 0) / cases
    expect(mean("fair") / expected).toBeCloseTo(1, 1.6)
    expect(mean("classic") / mean("fair")).toBeCloseTo(1 + 1 / count, 1.6)
  }
})

it("asks for two members in the fair form", () => {
  expect(ensembleCrps([3], 5, { form: "classic" })).toBe(2)
  expect(() => ensembleCrps([3], 5)).toThrow(ConfigError)
  expect(() => ensembleCrps([], 5, { form: "classic" })).toThrow(/at least one member, got 0/)
})

it("sorts few and many values, and no more than asked", () => {
  for (const count of [1, 20, 64, 65, 200]) {
    const values = Float64Array.from({ length: count + 2 }, (_, i) => Math.sin(i * 7))
    const [expected, rest] = [values.slice(0, count).sort(), values.slice(count)]
    sortFew(values, count)
    expect(values.slice(0, count)).toEqual(expected)
    expect(values.slice(count)).toEqual(rest)
  }
})
