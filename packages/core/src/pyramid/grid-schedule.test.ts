import { ConfigError } from "@scalewise/nn"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { blockCausalMask } from "./block-causal-mask.ts"
import { gridAt, gridSchedule } from "./grid-schedule.ts"

describe("gridSchedule", () => {
  it("counts the tokens of the published schedules", () => {
    expect(gridSchedule([1, 2, 3, 4, 5, 6, 8, 10, 13, 16]).length).toBe(680)
    expect(gridSchedule([1, 2, 3, 4, 6, 9, 13, 18, 24, 32]).length).toBe(2240)
    expect(gridSchedule([1, 2, 3, 4, 5, 7, 9, 12, 16, 21, 27, 36, 48, 64]).length).toBe(9451)
  })

  it("places scales one after another, rectangles too", () => {
    const { tokens, offsets, length, finest, steps } = gridSchedule([1, [1, 2], [2, 5]])
    expect({ tokens, offsets, length, finest, steps }).toEqual({
      tokens: [1, 2, 10],
      offsets: [0, 1, 3],
      length: 13,
      finest: [2, 5],
      steps: 3,
    })
  })

  it.each([
    [[]],
    [[0]],
    [[1.5]],
    [[3, 2]],
    [
      [
        [1, 4],
        [2, 3],
      ],
    ],
  ] as [(number | [number, number])[]][])("refuses %j", (sizes) => {
    expect(() => gridSchedule(sizes)).toThrow(ConfigError)
  })

  it("refuses a scale that does not exist", () => {
    expect(() => gridAt(gridSchedule([1, 2]), 3)).toThrow(/from 1 to 2, got 3/)
  })
})

describe("blockCausalMask", () => {
  const allowed = (sizes: number[], order?: number) => {
    const schedule = gridSchedule(sizes)
    const mask = blockCausalMask(schedule, order === undefined ? {} : { order })
    const rows = mask.arraySync() as number[][]
    mask.dispose()
    return rows.map((row) => row.filter((value) => value === 0).length)
  }

  it("lets a site see its own scale and the coarser ones: 147 pairs for 1, 2, 3", () => {
    const visible = allowed([1, 2, 3])
    expect(visible).toEqual([1, 5, 5, 5, 5, ...Array.from({ length: 9 }, () => 14)])
    expect(visible.reduce((a, b) => a + b)).toBe(147)
  })

  it("of first order sees one scale back", () => {
    expect(allowed([1, 2, 3], 1)).toEqual([1, 5, 5, 5, 5, ...Array.from({ length: 9 }, () => 13)])
  })

  it("shows L_k rows of all sites up to scale k", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }), (sides) => {
        const sizes = [...sides].sort((a, b) => a - b)
        const { tokens, offsets } = gridSchedule(sizes)
        expect(allowed(sizes)).toEqual(tokens.flatMap((count, k) => Array.from({ length: count }, () => offsets[k]! + count)))
      }),
      { numRuns: 20 },
    )
  })
})
