import { ConfigError, randomStream } from "@scalewise/nn"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { matchedRows } from "./matched-rows.ts"

describe("matchedRows", () => {
  it("gives each place a row of its class, without repeating one before it must", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3), { minLength: 1, maxLength: 40 }),
        fc.array(fc.nat(1000), { maxLength: 60 }),
        fc.nat(),
        (labels, picks, seed) => {
          const wanted = picks.map((pick) => labels[pick % labels.length]!)
          const rows = matchedRows(labels, wanted, randomStream(seed))
          expect(Array.from(rows, (row) => labels[row])).toEqual(wanted)
          for (const [row, times] of countsOf(rows)) {
            const label = labels[row]
            const [asked, there] = [wanted.filter((one) => one === label).length, labels.filter((one) => one === label).length]
            expect(times).toBeLessThanOrEqual(Math.ceil(asked / there))
          }
        },
      ),
      { numRuns: 100 },
    )
  })

  it("without classes draws from all rows, each at most once while they last", () => {
    const rows = matchedRows(new Int32Array(10), 7, randomStream(2))
    expect(new Set(rows).size).toBe(7)
    expect(matchedRows(new Int32Array(10), 7, randomStream(2))).toEqual(rows)
    expect(matchedRows(new Int32Array(10), 7, randomStream(3))).not.toEqual(rows)
    expect(Math.max(...countsOf(matchedRows(new Int32Array(3), 8, randomStream(2))).values())).toBe(3)
  })

  it("refuses a class that no row has", () => {
    expect(() => matchedRows([0, 1], [0, 2], randomStream(1))).toThrow(ConfigError)
    expect(() => matchedRows([0, 1], [0, 2], randomStream(1))).toThrow(/class 2, which none of them has/)
  })
})

function countsOf(rows: Int32Array): Map<number, number> {
  const counts = new Map<number, number>()
  for (const row of rows) counts.set(row, (counts.get(row) ?? 0) + 1)
  return counts
}
