import { ConfigError } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { cosineNoise, linearNoise, logSnr, noiseScale, scheduleFromBetas, signalScale } from "./noise-schedule.ts"

const checkpoints = [1, 250, 500, 750, 1000]

describe("noise schedules", () => {
  it("linear: alpha bars of the published schedule", () => {
    const { alphaBars, levels, times } = linearNoise()
    expect(levels).toBe(1000)
    expect(times[1000]).toBe(1000)
    const golden = [0.9999, 0.524085, 0.078587, 0.003351, 4.0e-5]
    checkpoints.forEach((t, i) => expect(alphaBars[t]!).toBeCloseTo(golden[i]!, 6))
  })

  it("cosine: alpha bars of the published schedule, betas capped", () => {
    const { alphaBars, betas } = cosineNoise()
    const golden = [0.999959, 0.847012, 0.493844, 0.144272, 0]
    checkpoints.forEach((t, i) => expect(alphaBars[t]!).toBeCloseTo(golden[i]!, 6))
    expect(Math.max(...betas)).toBe(0.999)
    expect(alphaBars[1000]!).toBeGreaterThan(0)
  })

  it("keeps the variance at one and level 0 clean", () => {
    const schedule = cosineNoise({ levels: 20 })
    expect(signalScale(schedule, 0)).toBe(1)
    expect(noiseScale(schedule, 0)).toBe(0)
    expect(logSnr(schedule, 0)).toBe(Infinity)
    for (let t = 1; t <= 20; t++) expect(signalScale(schedule, t) ** 2 + noiseScale(schedule, t) ** 2).toBeCloseTo(1, 14)
  })

  it("one level is legal", () => {
    expect(linearNoise({ levels: 1 }).alphaBars).toEqual(Float64Array.of(1, 1 - 1e-4))
    expect(cosineNoise({ levels: 1 }).betas[1]).toBe(0.999)
  })

  it("refuses no levels and impossible betas", () => {
    expect(() => linearNoise({ levels: 0 })).toThrow(ConfigError)
    expect(() => scheduleFromBetas([0.1, 1])).toThrow("beta_2 = 1")
  })
})
