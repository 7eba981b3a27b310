import { randomStream, tf } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { applyPhi, initPhi, phiIndices } from "./phi.ts"

describe("phiIndices", () => {
  it.each([
    [2, [0, 3]],
    [3, [0, 2, 3]],
    [4, [0, 1, 2, 3]],
    [5, [0, 1, 2, 2, 3]],
    [6, [0, 0, 1, 2, 3, 3]],
    [7, [0, 0, 1, 2, 2, 3, 3]],
    [8, [0, 0, 1, 1, 2, 2, 3, 3]],
    [9, [0, 0, 1, 1, 2, 2, 2, 3, 3]],
    [10, [0, 0, 1, 1, 1, 2, 2, 3, 3, 3]],
    [13, [0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3]],
    [14, [0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3]],
  ])("shares four among %i scales as VAR does", (scales, indices) => {
    expect(phiIndices(scales, 4)).toEqual(indices)
  })

  it("gives each scale its own where there are as many", () => {
    for (let count = 1; count <= 16; count++) expect(phiIndices(count, count)).toEqual(Array.from({ length: count }, (_, k) => k))
  })

  it("gives all scales the only one, and a single scale the first", () => {
    expect(phiIndices(10, 1)).toEqual(Array.from({ length: 10 }, () => 0))
    expect(phiIndices(1, 4)).toEqual([0])
  })
})

describe("applyPhi", () => {
  it("mixes by its ratio", () => {
    tf.tidy(() => {
      const random = randomStream(1)
      const h = random.fold("h").normal([2, 3, 3, 4])
      const parameters = initPhi(4, random.fold("phi"))
      const [none, half, full] = [0, 0.5, 1].map((ratio) => applyPhi(parameters, h, ratio))
      expect(none!.sub(h).abs().max().dataSync()[0]).toBe(0)
      expect(half!.mul(2).sub(h).sub(full!).abs().max().dataSync()[0]).toBeLessThan(1e-6)
      expect(full!.sub(h).abs().max().dataSync()[0]).toBeGreaterThan(0.1)
    })
  })
})
