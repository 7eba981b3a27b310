import { ConfigError, randomStream } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { drawLevels, levelProbabilities, lossHistory, recordLosses } from "./level-sampler.ts"

describe("loss-aware levels", () => {
  const filled = (): ReturnType<typeof lossHistory> => {
    let history = lossHistory(4, 3)
    for (let round = 0; round < 3; round++) history = recordLosses(history, [1, 2, 3, 4], [1, 2, 3, 4])
    return history
  }

  it("is uniform until every level's history is full", () => {
    let history = lossHistory(4)
    for (let round = 0; round < 10; round++) history = recordLosses(history, [1, 2, 3], [1, 2, 3])
    expect([...levelProbabilities(history)]).toEqual([0.25, 0.25, 0.25, 0.25])
  })

  it("then goes with the root mean square, mixed with 0.001 of uniform", () => {
    const probabilities = levelProbabilities(filled())
    probabilities.forEach((p, t) => expect(p).toBeCloseTo((0.999 * (t + 1)) / 10 + 0.001 / 4, 12))
    expect(levelProbabilities(filled()).reduce((a, b) => a + b)).toBeCloseTo(1, 12)
  })

  it("forgets the oldest value and leaves the given history alone", () => {
    const before = filled()
    const after = recordLosses(before, [1, 1], [5, 7])
    expect([...after.losses.subarray(0, 3)]).toEqual([1, 5, 7])
    expect([...before.losses.subarray(0, 3)]).toEqual([1, 1, 1])
  })

  it("weights undo the odds: the weighted mean of any function of t is its plain mean", () => {
    const { levels, weights } = drawLevels(filled(), 40_000, randomStream(3))
    const mean = levels.reduce((sum, t, b) => sum + t * weights[b]!, 0) / levels.length
    expect(mean).toBeCloseTo(2.5, 1)
    const share = levels.filter((t) => t === 4).length / levels.length
    expect(share).toBeCloseTo(0.4, 1)
  })

  it("draws plain uniform levels, weight one, the same from the same stream", () => {
    const drawn = drawLevels(10, 1000, randomStream(1))
    expect(new Set(drawn.levels)).toEqual(new Set([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
    expect(drawn.weights.every((weight) => Math.abs(weight - 1) < 1e-6)).toBe(true)
    expect(drawLevels(10, 1000, randomStream(1))).toEqual(drawn)
    expect(() => lossHistory(0)).toThrow(ConfigError)
  })
})
