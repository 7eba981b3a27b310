import { randomStream } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { imageStatistics } from "./image-statistics.ts"
import { residentImages } from "./resident-images.ts"

describe("imageStatistics", () => {
  it("measures each channel over several chunks", async () => {
    const [size, height, width, channels] = [3, 10, 7, 3]
    const pixels = randomStream(0).uniformValues([size, height, width, channels])
    for (let i = 0; i < pixels.length; i++) if (i % 3 === 1) pixels[i] = 0.25 + 0.5 * pixels[i]!
    const told: number[] = []
    const labels = [1, 1, 3]
    const statistics = await imageStatistics(residentImages({ pixels, labels, height, width, channels }), {
      valuesAtOnce: 300, // 1.4 images
      onProgress: (done) => told.push(done),
    })
    expect(told).toEqual([1, 2, 3])
    expect(statistics.perClass).toEqual([0, 2, 0, 1])
    for (let channel = 0; channel < 3; channel++) {
      const values = pixels.filter((_, i) => i % 3 === channel)
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
      expect(statistics.mean[channel]).toBeCloseTo(mean, 10)
      expect(statistics.deviation[channel]).toBeCloseTo(Math.sqrt(variance), 10)
    }
    expect(statistics.min).toBe(pixels.reduce((a, b) => Math.min(a, b), 1))
    expect(statistics.max).toBe(pixels.reduce((a, b) => Math.max(a, b), 0))
  })

  it("knows a constant and an empty dataset", async () => {
    const constant = residentImages({ pixels: new Float32Array(8).fill(0.3), labels: [0, 0], height: 2, width: 2 })
    const { mean, deviation } = await imageStatistics(constant)
    expect(mean[0]).toBeCloseTo(0.3, 7)
    expect(deviation[0]).toBeCloseTo(0, 7)
    const empty = await imageStatistics(residentImages({ pixels: new Uint8Array(0), labels: [], height: 2, width: 2, classes: ["a"] }))
    expect(empty).toEqual({ perClass: [0], min: NaN, max: NaN, mean: [NaN], deviation: [NaN] })
  })

  it("stops when it is told to", async () => {
    const dataset = residentImages({ pixels: new Uint8Array(4), labels: [0], height: 2, width: 2 })
    await expect(imageStatistics(dataset, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/)
  })
})
