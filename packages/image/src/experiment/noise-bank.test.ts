import { randomStream } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { noiseBank } from "./noise-bank.ts"

describe("noiseBank", () => {
  const bank = noiseBank(randomStream(1), { size: 2 ** 16 })

  it("has the moments of the normal law", () => {
    const noise = bank.normals(400, 100, 2, randomStream(2))
    const moment = (power: number) => noise.reduce((sum, value) => sum + (value / 2) ** power, 0) / noise.length
    expect(moment(1)).toBeCloseTo(0, 1)
    expect(moment(2)).toBeCloseTo(1, 1)
    expect(moment(4)).toBeGreaterThan(2.8)
    expect(moment(4)).toBeLessThan(3.2)
  })

  it("gives rows that do not resemble each other", () => {
    const noise = bank.normals(400, 100, 1, randomStream(3))
    let worst = 0
    for (let i = 0; i < 60; i++)
      for (let j = 0; j < i; j++) {
        let dot = 0
        for (let k = 0; k < 100; k++) dot += noise[i * 100 + k]! * noise[j * 100 + k]!
        worst = Math.max(worst, Math.abs(dot) / 100)
      }
    expect(worst).toBeLessThan(0.5) // 1,770 pairs with a deviation of 0.1 each: about 0.37
  })

  it("is a function of the stream and refuses rows that do not fit", () => {
    const once = bank.normals(2, 100, 0.1, randomStream(4).fold(1))
    expect(bank.normals(2, 100, 0.1, randomStream(4).fold(1))).toEqual(once)
    expect(bank.normals(2, 100, 0.1, randomStream(4).fold(2))).not.toEqual(once)
    expect(() => noiseBank(randomStream(1), { size: 8 }).normals(2, 100, 1, randomStream(1))).toThrow(/at most 8 numbers, got 100/)
  })
})
