import { describe, expect, it } from "vitest"
import { meanSquaredError, psnr } from "./image-error.ts"
import { epochsToTarget } from "./learning-curve.ts"

describe("epochsToTarget", () => {
  const curve = [
    { epoch: 0.5, mse: 0.3 },
    { epoch: 1, mse: 0.1 },
    { epoch: 1.5, mse: 0.2 },
  ]
  it("is the first crossing, or null", () => {
    expect(epochsToTarget(curve, 0.3)).toBe(0.5)
    expect(epochsToTarget(curve, 0.15)).toBe(1)
    expect(epochsToTarget(curve, 0.05)).toBeNull()
    expect(epochsToTarget([], 1)).toBeNull()
  })
})

describe("errors", () => {
  it("are what their names say", () => {
    expect(meanSquaredError(Float32Array.of(0, 1), Float32Array.of(1, 3))).toBe(2.5)
    expect(psnr(0.01)).toBeCloseTo(20)
    expect(() => meanSquaredError(new Float32Array(1), new Float32Array(2))).toThrow(/got 1 and 2/)
  })
})
