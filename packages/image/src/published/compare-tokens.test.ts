import { gridSchedule, multiScaleQuantiser, vectorQuantiser } from "@scalewise/core"
import { selectBackend, ShapeError, tf } from "@scalewise/nn"
import { beforeAll, describe, expect, it } from "vitest"
import { compareTokens, type TokenComparison } from "./compare-tokens.ts"

beforeAll(async () => void (await selectBackend()))

describe("compareTokens", () => {
  const multiScale = multiScaleQuantiser({ schedule: gridSchedule([1, 2]), quantiser: vectorQuantiser({ channels: 1, codes: 3 }) })
  const compare = (latent: number[], expected: number[], { codes = [0, 1, 4], step = 2, partial = 0 } = {}): TokenComparison => {
    const tensors = {
      codebook: tf.tensor2d(codes, [3, 1]),
      latent: tf.tensor4d(latent, [1, 2, 2, 1]),
      partial: tf.fill([1, 2, 2, 1], partial),
      expected: tf.tensor2d([expected], [1, expected.length], "int32"),
    }
    try {
      return compareTokens(multiScale, {
        parameters: { quantiser: { codebook: { "0": tensors.codebook } }, phi: {} },
        latent: tensors.latent,
        partial: step === 1 ? undefined : tensors.partial,
        step,
        expected: tensors.expected,
      })
    } finally {
      tf.dispose(Object.values(tensors))
    }
  }

  it("finds no difference where there is none", () => {
    expect(compare([0.1, 0.9, 3.9, 0], [0, 1, 2, 0])).toEqual({ different: 0, gap: 0 })
    expect(compare([1.1, 1.9, 4.9, 1], [0, 1, 2, 0], { partial: 1 })).toEqual({ different: 0, gap: 0 })
    expect(compare([0, 2, 1, 1], [1], { step: 1 })).toEqual({ different: 0, gap: 0 })
  })

  it("lets ties pass, whichever code the reference took", () => {
    const { different, gap } = compare([0.5, 0.5 + 1e-7, 0.5 - 1e-7, 0.1], [1, 0, 1, 0])
    expect(different).toBeGreaterThan(0)
    expect(gap).toBeLessThan(1e-6)
  })

  it("says how much farther the reference's code is, in units of the distance where that is above one", () => {
    expect(compare([0.1, 0, 0, 0], [1, 0, 0, 0])).toEqual({ different: 1, gap: expect.closeTo(0.81 - 0.01, 5) })
    expect(compare([14, 0, 0, 0], [1, 1, 0, 0])).toEqual({ different: 2, gap: expect.closeTo(1, 5) })
    expect(compare([14, 0, 0, 0], [1, 0, 0, 0]).gap).toBeCloseTo((169 - 100) / 100, 5)
  })

  it("refuses tokens of another scale", () => {
    expect(() => compare([0, 0, 0, 0], [0])).toThrow(ShapeError)
  })
})
