import { randomStream } from "@scalewise/nn"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { assignment } from "./assignment.ts"
import { bitCodes } from "./bit-codes.ts"

describe("assignment", () => {
  it("finds the cheapest of all one-to-one assignments", () => {
    const cell = fc.integer({ min: -20, max: 20 })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 2 }),
        fc.array(cell, { minLength: 24, maxLength: 24 }),
        (rows, more, cells) => {
          const columns = rows + more
          const cost = Float64Array.from(cells.slice(0, rows * columns))
          const cheapest = (row: number, used: number): number => {
            if (row === rows) return 0
            let best = Infinity
            for (let j = 0; j < columns; j++)
              if (!((used >> j) & 1)) best = Math.min(best, cost[row * columns + j]! + cheapest(row + 1, used | (1 << j)))
            return best
          }
          const found = assignment(cost, rows, columns)
          expect(new Set(found).size).toBe(rows)
          expect(found.reduce((sum, column, row) => sum + cost[row * columns + column]!, 0)).toBe(cheapest(0, 0))
        },
      ),
    )
    expect(() => assignment(new Float64Array(2), 2, 1)).toThrow(/as many columns/)
  })
})

describe("bitCodes", () => {
  const centroids = randomStream(1)
    .normalValues([64, 10])
    .map((value, i) => value * (10 - (i % 10)))

  it.each([6, 8])("names every centroid once with %i bits", (bits) => {
    const codes = bitCodes(centroids, 10, bits)
    const names = Array.from({ length: 64 }, (_, k) => codes.subarray(k * bits, (k + 1) * bits).join(""))
    expect(new Set(names).size).toBe(64)
  })

  it("asks about sides: a threshold along one direction answers a bit far better than it answers a random name's", () => {
    const bits = 8
    const codes = bitCodes(centroids, 10, bits)
    const order = randomStream(2).permutation(64)
    const shuffled = codes.map((_, at) => codes[order[Math.floor(at / bits)]! * bits + (at % bits)]!)
    expect(separable(codes, bits)).toBeGreaterThan(0.8)
    expect(separable(codes, bits)).toBeGreaterThan(separable(shuffled, bits) + 0.1)
  })

  /** The part of all bits that lie on the side of the difference of their two classes' means. */
  function separable(codes: Uint8Array, bits: number): number {
    let right = 0
    for (let j = 0; j < bits; j++) {
      const direction = Array.from({ length: 10 }, (_, i) => {
        let difference = 0
        for (let k = 0; k < 64; k++) difference += (codes[k * bits + j]! ? 1 : -1) * centroids[k * 10 + i]!
        return difference
      })
      for (let k = 0; k < 64; k++) {
        const along = direction.reduce((sum, weight, i) => sum + weight * centroids[k * 10 + i]!, 0)
        right += Number(along > 0 === (codes[k * bits + j] === 1)) / (64 * bits)
      }
    }
    return right
  }

  it("refuses too few or too many bits", () => {
    expect(() => bitCodes(centroids, 10, 5)).toThrow(/from 6 to 10 bits for 64 centroids, got 5/)
    expect(() => bitCodes(centroids, 10, 11)).toThrow(/got 11/)
  })
})
