import { DataError, randomStream } from "@scalewise/nn"
import { expect, test } from "vitest"
import { fitLinearInverseModel, nextComponents } from "./linear-inverse-model.ts"
import { principalComponents, project } from "./principal-components.ts"

test("principal components are orthonormal, ordered, and hold the variance that they say", () => {
  const [times, size] = [500, 30]
  const scales = Array.from({ length: size }, (_, n) => 5 / (1 + n)) // independent numbers of falling variance, then mixed
  const noise = randomStream(1).normalValues([times, size])
  const mixed = new Float32Array(times * size)
  for (let t = 0; t < times; t++)
    for (let n = 0; n < size; n++) {
      const [a, b] = [noise[t * size + n]! * scales[n]!, noise[t * size + ((n + 1) % size)]! * scales[(n + 1) % size]!]
      mixed[t * size + n] = 0.8 * a + 0.6 * b
    }
  const { patterns, variances, totalVariance } = principalComponents(mixed, size, { count: 5, random: randomStream(2) })
  for (let r = 0; r < 5; r++)
    for (let q = 0; q <= r; q++) {
      let product = 0
      for (let n = 0; n < size; n++) product += patterns[r * size + n]! * patterns[q * size + n]!
      expect(product).toBeCloseTo(r === q ? 1 : 0, 5)
    }
  expect([...variances]).toEqual([...variances].sort((a, b) => b - a))
  const scores = project(mixed, size, patterns)
  for (let r = 0; r < 5; r++) {
    let square = 0
    for (let t = 0; t < times; t++) square += scores[t * 5 + r]! ** 2 / times
    expect(square / variances[r]!).toBeCloseTo(1, 4)
  }
  expect(totalVariance).toBeGreaterThan(variances.reduce((sum, v) => sum + v, 0))
})

test("a linear inverse model finds the law of a two-lag process and the size of its noise", () => {
  const times = 20_000
  const noise = randomStream(3).normalValues([times, 2])
  const scores = new Float32Array(times * 2)
  for (let t = 2; t < times; t++) {
    const [x1, y1] = [scores[2 * t - 2]!, scores[2 * t - 1]!]
    const [x2, y2] = [scores[2 * t - 4]!, scores[2 * t - 3]!]
    scores[2 * t] = 0.6 * x1 - 0.2 * y1 + 0.1 * x2 + 0.5 * noise[2 * t]!
    scores[2 * t + 1] = 0.3 * x1 + 0.5 * y1 - 0.2 * y2 + 0.3 * noise[2 * t + 1]!
  }
  const targets = Array.from({ length: times - 2 }, (_, i) => i + 2)
  const model = fitLinearInverseModel(scores, 2, { targets, ridge: 0 })
  const expected = [0.6, 0.3, -0.2, 0.5, 0.1, 0, 0, -0.2]
  for (const [i, value] of expected.entries()) expect(model.matrix[i]!).toBeCloseTo(value, 1)
  const covariance = (a: number, b: number): number =>
    model.noise[2 * a]! * model.noise[2 * b]! + model.noise[2 * a + 1]! * model.noise[2 * b + 1]!
  expect(covariance(0, 0)).toBeCloseTo(0.25, 2)
  expect(covariance(1, 1)).toBeCloseTo(0.09, 2)
  expect(covariance(0, 1)).toBeCloseTo(0, 2)
  const next = nextComponents(model, Float32Array.of(1, 0), Float32Array.of(0, 1))
  expect(next[0]!).toBeCloseTo(0.6, 1)
  expect(next[1]!).toBeCloseTo(0.1, 1)
  expect(() => fitLinearInverseModel(scores, 2, { targets: [2, 3] })).toThrow(DataError)
})
