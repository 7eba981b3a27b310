import { ConfigError } from "@scalewise/nn"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { cosineNoise, linearNoise, logSnr } from "./noise-schedule.ts"
import { evenLevels, logSnrLevels, respaced } from "./respacing.ts"

describe("respacing", () => {
  it("keeps alpha bar and time at the kept levels, and recomputes betas", () => {
    const schedule = linearNoise()
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 20 }), (chosen) => {
        const levels = chosen.sort((a, b) => a - b)
        const short = respaced(schedule, levels)
        let previous = 1
        levels.forEach((level, i) => {
          const bar = schedule.alphaBars[level]!
          expect(short.alphaBars[i + 1]! / bar).toBeCloseTo(1, 9)
          expect(short.betas[i + 1]).toBeCloseTo(1 - bar / previous, 12)
          expect(short.times[i + 1]).toBe(level)
          previous = bar
        })
      }),
      { numRuns: 50 },
    )
  })

  it("composes: times are always those of the first schedule", () => {
    const twice = respaced(respaced(linearNoise(), [100, 200, 300]), [1, 3])
    expect([...twice.times]).toEqual([0, 100, 300])
  })

  it("every level of a chain is the chain itself", () => {
    const schedule = linearNoise({ levels: 30 })
    const same = respaced(schedule, evenLevels(schedule, 30))
    expect([...same.times]).toEqual([...schedule.times])
    schedule.betas.forEach((beta, t) => expect(same.betas[t]).toBeCloseTo(beta, 14))
  })

  it("even levels include both ends; one level is the last", () => {
    expect(evenLevels(linearNoise(), 5)).toEqual([1, 251, 501, 750, 1000])
    expect(evenLevels(linearNoise(), 1)).toEqual([1000])
  })

  it("log-SNR levels are distinct, increasing, evenly spaced where the grid allows, and leave pure noise out", () => {
    const schedule = cosineNoise()
    for (const count of [1, 2, 10, 50]) {
      const levels = logSnrLevels(schedule, count)
      expect(levels).toHaveLength(count)
      levels.slice(1).forEach((level, i) => expect(level).toBeGreaterThan(levels[i]!))
      expect(logSnr(schedule, levels.at(-1)!)).toBeGreaterThanOrEqual(-5.1)
    }
    const lambdas = logSnrLevels(schedule, 10).map((level) => logSnr(schedule, level))
    const gaps = lambdas.slice(1).map((lambda, i) => lambdas[i]! - lambda)
    for (const gap of gaps.slice(2)) expect(gap).toBeCloseTo((lambdas[0]! - lambdas.at(-1)!) / 9, 1)
    const all = linearNoise({ levels: 12 })
    expect(logSnrLevels(all, 12)).toEqual(evenLevels(all, 12))
  })

  it("refuses levels out of order and too many of them", () => {
    expect(() => respaced(linearNoise(), [5, 5])).toThrow(ConfigError)
    expect(() => respaced(linearNoise(), [0, 5])).toThrow(ConfigError)
    expect(() => respaced(linearNoise(), [1001])).toThrow(ConfigError)
    expect(() => evenLevels(linearNoise(), 1001)).toThrow(ConfigError)
    expect(() => logSnrLevels(cosineNoise(), 1000)).toThrow(ConfigError)
  })
})
