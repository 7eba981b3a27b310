import { randomStream } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { moments } from "../linear-algebra/moments.ts"
import { linearDenoiser, whiteNoise, type LinearDenoiser } from "./linear-denoiser.ts"

const size = 6
const rows = 4000
// Correlated points: a random mixture of six sources.
const mixture = randomStream(1).normalValues([size, size])
const sources = randomStream(2).normalValues([rows, size])
const clean = new Float32Array(rows * size)
for (let row = 0; row < rows; row++)
  for (let i = 0; i < size; i++)
    for (let k = 0; k < size; k++) clean[row * size + i]! += 0.4 * sources[row * size + k]! * mixture[k * size + i]! + (k === 0 ? i : 0)
const noise = randomStream(3).normalValues([rows, size])
const noisy = clean.map((value, i) => value + 0.7 * noise[i]!)

function error({ mean, gain }: LinearDenoiser): number {
  let sum = 0
  for (let row = 0; row < rows; row++)
    for (let j = 0; j < size; j++) {
      let estimate = mean[j]!
      for (let i = 0; i < size; i++) estimate += (noisy[row * size + i]! - mean[i]!) * gain.values[i * size + j]!
      sum += (estimate - clean[row * size + j]!) ** 2
    }
  return sum / (rows * size)
}

describe("linearDenoiser", () => {
  const { mean, covariance } = moments(clean, size)
  const best = linearDenoiser(mean, covariance, whiteNoise(size, 0.7))

  it("beats doing nothing, answering the mean, and every small change of itself", () => {
    const least = error(best)
    expect(least).toBeLessThan(0.49)
    expect(least).toBeLessThan(error({ mean, gain: whiteNoise(size, 0) }))
    for (let trial = 0; trial < 20; trial++) {
      const change = randomStream(10)
        .fold(trial)
        .normalValues([size * size])
      const values = best.gain.values.map((value, i) => value + 0.1 * change[i]!)
      expect(error({ mean, gain: { size, values } })).toBeGreaterThan(least)
    }
  })

  it("leaves points alone without noise", () => {
    const { gain } = linearDenoiser(mean, covariance, whiteNoise(size, 0))
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) expect(gain.values[i * size + j]).toBe(Number(i === j))
  })
})
