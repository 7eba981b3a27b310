import * as fc from "fast-check"
import { beforeAll, describe, expect, test } from "vitest"
import { selectBackend } from "../backend/select-backend.ts"
import * as tf from "../backend/tf.ts"
import { ConfigError, ShapeError } from "../errors.ts"
import { sampleCategorical } from "../ops/sample-categorical.ts"
import { randomStream } from "./random-stream.ts"

const moments = (values: ArrayLike<number>) => {
  const list = Array.from(values)
  const mean = list.reduce((sum, value) => sum + value, 0) / list.length
  const central = (power: number): number => list.reduce((sum, value) => sum + (value - mean) ** power, 0) / list.length
  const variance = central(2)
  return { mean, variance, skewness: central(3) / variance ** 1.5, kurtosis: central(4) / variance ** 2 }
}

beforeAll(async () => void (await selectBackend()))

describe("a stream", () => {
  test("gives the same numbers for the same call, and others for another seed or branch", () => {
    const draws = [
      randomStream(1),
      randomStream(2),
      randomStream(1 + 2 ** 32),
      randomStream("1"),
      randomStream(1).fold(0),
      randomStream(1).fold(1),
      randomStream(1).fold("0"),
      randomStream(1).fold("name"),
      randomStream(1).fold("name").fold(0),
      randomStream(1).fold(0).fold("name"),
      randomStream(1).fold("eight ch"),
      randomStream(1).fold("eight ch\0"),
    ].map((stream) => stream.uniformValues([4]).join())
    expect(new Set(draws).size).toBe(draws.length)
    expect(randomStream(1).fold("name").uniformValues([4]).join()).toBe(draws[7])
  })

  test("a shorter draw is the beginning of a longer one", () => {
    const stream = randomStream(3)
    expect([...stream.normalValues([3])]).toEqual([...stream.normalValues([8])].slice(0, 3))
  })

  test("refuses what is no seed, index or upper end", () => {
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => randomStream(seed)).toThrow(ConfigError)
    expect(() => randomStream(0).fold(-1)).toThrow(ConfigError)
    expect(() => randomStream(0).integers(3, 0)).toThrow(ConfigError)
    expect(() => randomStream(0).samples([0]).samples([1])).toThrow(ConfigError)
    expect(() => randomStream(0).row(0)).toThrow(ConfigError)
    expect(() => randomStream(0).samples([4]).row(1)).toThrow("a row from 0 to 0, got 1")
    expect(randomStream(0).samples([4, 7]).row(1).uniformValues([3])).toEqual(randomStream(0).fold(7).uniformValues([3]))
    expect(() => randomStream(0).samples([0, 1]).uniform([3, 2])).toThrow(ShapeError)
  })
})

describe("the distributions", () => {
  const count = 200_000
  test("uniform", () => {
    const values = randomStream(11).uniformValues([count])
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true)
    const { mean, variance, kurtosis } = moments(values)
    expect(mean).toBeCloseTo(1 / 2, 2)
    expect(variance).toBeCloseTo(1 / 12, 3)
    expect(kurtosis).toBeCloseTo(1.8, 1)
    const bins = Array.from({ length: 64 }, () => 0)
    for (const value of values) bins[Math.floor(value * 64)]!++
    const chiSquare = bins.reduce((sum, hits) => sum + (hits - count / 64) ** 2 / (count / 64), 0)
    expect(chiSquare).toBeLessThan(63 + 5 * Math.sqrt(2 * 63))
  })

  test("normal", () => {
    const values = randomStream(12).normalValues([count])
    const { mean, variance, skewness, kurtosis } = moments(values)
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(count))
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / count))
    expect(Math.abs(skewness)).toBeLessThan(5 * Math.sqrt(6 / count))
    expect(Math.abs(kurtosis - 3)).toBeLessThan(5 * Math.sqrt(24 / count))
    // The two numbers of a Box-Muller pair are not correlated.
    const product = values.reduce((sum, value, i) => (i % 2 === 0 ? sum + value * values[i + 1]! : sum), 0)
    expect(Math.abs(product / (count / 2))).toBeLessThan(5 / Math.sqrt(count / 2))
  })

  test("Gumbel", async () => {
    const values = await randomStream(13).gumbel([count]).data()
    const { mean, variance } = moments(values)
    expect(mean).toBeCloseTo(0.5772, 1)
    expect(variance).toBeCloseTo(Math.PI ** 2 / 6, 1)
  })

  test("integers", () => {
    const values = randomStream(14).integers(count, 7)
    const hits = Array.from({ length: 7 }, () => 0)
    for (const value of values) hits[value]!++
    for (const each of hits) expect(Math.abs(each - count / 7)).toBeLessThan(5 * Math.sqrt(count / 7))
    // Close to 2^31 every second word is refused and drawn again.
    expect(
      randomStream(14)
        .integers(1000, 2 ** 30 + 1)
        .every((value) => value >= 0 && value <= 2 ** 30),
    ).toBe(true)
  })

  test("a permutation holds every index once", () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(), (length, seed) => {
        const order = randomStream(seed).permutation(length)
        expect([...order].toSorted((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i))
      }),
    )
  })

  test("the six orders of three are equally likely", () => {
    const hits = new Map<string, number>()
    for (let i = 0; i < 12_000; i++) {
      const order = randomStream(15).fold(i).permutation(3).join()
      hits.set(order, (hits.get(order) ?? 0) + 1)
    }
    expect(hits.size).toBe(6)
    for (const each of hits.values()) expect(Math.abs(each - 2000)).toBeLessThan(5 * Math.sqrt(2000))
  })

  test("a categorical draw follows the softmax", async () => {
    const probabilities = [0.1, 0.6, 0, 0.3]
    const rows = 20_000
    const draws = tf.tidy(() => {
      const logits = tf.log(tf.tensor1d(probabilities))
      return sampleCategorical(tf.tile(tf.reshape(tf.maximum(logits, -1e9), [1, 4]), [rows, 1]), randomStream(16))
    })
    expect(draws.shape).toEqual([rows])
    expect(draws.dtype).toBe("int32")
    const hits = [0, 0, 0, 0]
    for (const draw of await draws.data()) hits[draw]!++
    for (const [i, p] of probabilities.entries())
      expect(Math.abs(hits[i]! - rows * p)).toBeLessThanOrEqual(5 * Math.sqrt(rows * p * (1 - p)))
    draws.dispose()
  })
})

test("a sample of a batch depends on its own id alone", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(1000), { minLength: 1, maxLength: 6 }), fc.nat(), (ids, seed) => {
      const stream = randomStream(seed)
      for (const draw of ["normalValues", "uniformValues"] as const) {
        const together = stream.samples(ids).fold("step").fold(2)[draw]([ids.length, 3])
        for (const [b, id] of ids.entries()) {
          expect([...together.subarray(3 * b, 3 * b + 3)]).toEqual([...stream.samples([id]).fold("step").fold(2)[draw]([1, 3])])
          expect([...together.subarray(3 * b, 3 * b + 3)]).toEqual([...stream.fold(id).fold("step").fold(2)[draw]([3])])
        }
      }
    }),
    { numRuns: 40 },
  )
})
