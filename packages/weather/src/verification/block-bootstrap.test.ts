import { ConfigError, randomStream } from "@scalewise/nn"
import { expect, it } from "vitest"
import { blockBootstrap, percentile } from "./block-bootstrap.ts"

/** A red series of mean zero. */
function red(count: number, memory: number, seed: number): Float64Array {
  const noise = randomStream(seed).fold("red").normalValues([count])
  const values = new Float64Array(count)
  for (let i = 0; i < count; i++) values[i] = (i > 0 ? memory * values[i - 1]! : 0) + noise[i]!
  return values
}

const coverage = (blockLength: number, memory: number): number => {
  const trials = 250
  let covered = 0
  for (let trial = 0; trial < trials; trial++) {
    const options = { blockLength, random: randomStream(trial), resamples: 200 }
    const { lower, upper } = blockBootstrap([red(160, memory, trial)], ([mean]) => mean!, options)
    if (lower <= 0 && upper >= 0) covered++
  }
  return covered / trials
}

it("covers the mean of independent numbers as often as it says", () => {
  const found = coverage(1, 0)
  expect(found).toBeGreaterThan(0.9)
  expect(found).toBeLessThan(0.985)
})

it("covers the mean of correlated numbers with blocks, and by far not without", () => {
  expect(coverage(12, 0.7)).toBeGreaterThan(0.8) // a little short, as blocks of any length are
  expect(coverage(1, 0.7)).toBeLessThan(0.7)
})

it("takes paired columns from the same cases: a constant ratio has no interval to speak of", () => {
  const b = Float64Array.from({ length: 100 }, (_, i) => 2 + Math.sin(i))
  const found = blockBootstrap([b.map((value) => 0.9 * value), b], ([x, y]) => 1 - x! / y!, { blockLength: 5, random: randomStream(1) })
  for (const value of Object.values(found)) expect(value).toBeCloseTo(0.1, 10)
})

it("is the same for the same seed", () => {
  const series = red(60, 0.3, 4)
  const run = (seed: number) => blockBootstrap([series], ([mean]) => mean!, { blockLength: 7, random: randomStream(seed) })
  expect(run(1)).toEqual(run(1))
  expect(run(1)).not.toEqual(run(2))
})

it("gives no interval for fewer than two blocks, and refuses columns of other lengths", () => {
  const options = { blockLength: 10, random: randomStream(0) }
  expect(blockBootstrap([Float64Array.of(1, 2, 3)], ([mean]) => mean!, options)).toEqual({ estimate: 2, lower: NaN, upper: NaN })
  expect(blockBootstrap([new Float64Array(0)], ([mean]) => mean!, options).estimate).toBeNaN()
  expect(() => blockBootstrap([new Float64Array(3), new Float64Array(4)], () => 0, options)).toThrow(ConfigError)
})

it("percentile: straight lines between sorted values", () => {
  expect([0, 0.25, 0.5, 1].map((share) => percentile([1, 2, 4], share))).toEqual([1, 1.5, 2, 4])
  expect([percentile([7], 0.3), percentile([], 0.3)]).toEqual([7, NaN])
})
