import fc from "fast-check"
import { expect, test } from "vitest"
import { ConfigError } from "../errors.ts"
import { constant, cosine, linearSchedule, plateau } from "./schedule.ts"

test("warm-up climbs to the full value, the end stays at the final one", () => {
  for (const schedule of [cosine, linearSchedule, plateau]) {
    const rate = schedule(0.4, 100, { warmup: 10, final: 0.25 })
    expect(rate(0)).toBeCloseTo(0.04)
    expect(rate(9)).toBeCloseTo(0.4)
    expect(rate(10)).toBeCloseTo(0.4)
    expect(rate(100)).toBeCloseTo(0.1)
    expect(rate(10_000)).toBeCloseTo(0.1)
  }
})

test("the middle: half for a line and a cosine, later for a plateau", () => {
  expect(linearSchedule(1, 100)(50)).toBeCloseTo(0.5)
  expect(cosine(1, 100)(50)).toBeCloseTo(0.5)
  expect(cosine(1, 100)(25)).toBeCloseTo(0.5 + Math.SQRT1_2 / 2)
  expect(plateau(1, 100, { hold: 0.5 })(49)).toBe(1)
  expect(plateau(1, 100, { hold: 0.5 })(75)).toBeCloseTo(0.5)
  expect(constant(3)(1e9)).toBe(3)
})

test("never above the full value, never below the final one after warm-up, never rising again", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 50 }),
      fc.integer({ min: 1, max: 200 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (warmup, extra, final) => {
        for (const schedule of [cosine, linearSchedule, plateau]) {
          const rate = schedule(1, warmup + extra, { warmup, final })
          for (let step = warmup; step < warmup + extra + 3; step++) {
            const [now, next] = [rate(step), rate(step + 1)]
            if (now > 1 + 1e-12 || now < final - 1e-12 || next > now + 1e-12) throw new Error(`step ${step}: ${now}, then ${next}`)
          }
        }
      },
    ),
  )
})

test("a warm-up longer than the whole is refused", () => {
  expect(() => cosine(1, 10, { warmup: 10 })).toThrow(ConfigError)
})
