import { ConfigError, ShapeError } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { meanSquaredError, psnr } from "../experiment/image-error.ts"
import { referenceValues, uniforms } from "../testing/reference-values.ts"
import { ssim } from "./ssim.ts"

/** The pairs of images of fixtures/metrics.py. */
function pairs(channels: number) {
  const pixels = 28 * 28 * channels
  const a = uniforms(5, 2 * pixels).map((u, i) => u * Math.fround((Math.floor(i / (28 * channels)) % 28) / 28))
  const noise = uniforms(6, a.length)
  const b = a.map((value, i) => Math.fround(value * 0.5) + Math.fround(noise[i]! * 0.25))
  const set = (images: Float32Array) => ({ images, height: 28, width: 28, channels })
  return { a: set(a), b: set(b) }
}

describe("SSIM and PSNR", () => {
  it.each([
    ["grey", 1],
    ["colour", 3],
  ] as const)("of %s images equal scikit-image's", (name, channels) => {
    const { a, b } = pairs(channels)
    const expected = referenceValues()[name]
    for (const [i, value] of ssim(a, b).entries()) expect(value).toBeCloseTo(expected.ssim[i]!, 9)
    expect(psnr(meanSquaredError(a.images, b.images))).toBeCloseTo(expected.psnr, 5)
  })

  it("of equal images is 1, and of constants has the closed form (2ab + C1) / (a^2 + b^2 + C1)", () => {
    const constant = (value: number) => ({ images: new Float32Array(11 * 11).fill(value), height: 11, width: 11, channels: 1 })
    expect(ssim(constant(0.3), constant(0.3))[0]).toBeCloseTo(1, 12)
    const [a, b] = [0.5, 0.25]
    expect(ssim(constant(a), constant(b))[0]).toBeCloseTo((2 * a * b + 1e-4) / (a * a + b * b + 1e-4), 9)
  })

  it("refuses images that are too small or do not match", () => {
    const set = (height: number, count = 1) => ({ images: new Float32Array(height * 12 * count), height, width: 12, channels: 1 })
    expect(() => ssim(set(10), set(10))).toThrow(ConfigError)
    expect(() => ssim(set(12), set(11))).toThrow(ShapeError)
    expect(() => ssim(set(12, 2), set(12))).toThrow(/as many images/)
  })
})
