import { selectBackend, tf } from "@scalewise/nn"
import { testBackends } from "@scalewise/nn/testing"
import { beforeAll, describe, expect, it } from "vitest"
import { rectifiedPoints, referenceValues } from "../testing/reference-values.ts"
import { precisionRecall } from "./precision-recall.ts"

const line = (...values: number[]): Float32Array => Float32Array.from(values)

describe.each(await testBackends())("precision and recall on %s", (backend) => {
  beforeAll(() => selectBackend({ prefer: backend }))

  it.each(["3", "5"] as const)("equal the published definitions in NumPy, k = %s", (k) => {
    const real = rectifiedPoints(1, 300, 16, 2, 0.5)
    const samples = rectifiedPoints(2, 240, 16, 2, 0.4)
    const before = tf.memory().numTensors
    const { precision, recall, density, coverage, counts } = precisionRecall({ samples, real, width: 16, k: Number(k) })
    expect({ precision, recall, coverage }).toEqual({
      precision: referenceValues().manifold[k].precision,
      recall: referenceValues().manifold[k].recall,
      coverage: referenceValues().manifold[k].coverage,
    })
    expect(density).toBeCloseTo(referenceValues().manifold[k].density, 12)
    expect(counts).toEqual({ samples: 240, real: 300 })
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe("precision and recall", () => {
  beforeAll(() => selectBackend())

  it("tell a generator with one good picture from one that covers all", () => {
    const real = line(0, 1, 2, 3, 10, 11, 12, 13)
    const collapsed = precisionRecall({ samples: line(0.4, 0.5, 0.6, 0.7), real, width: 1, k: 1 })
    expect(collapsed).toMatchObject({ precision: 1, recall: 0, coverage: 2 / 8 })
    expect(collapsed.density).toBe(2) // each sample is in reach of two real points
    const far = precisionRecall({ samples: line(50, 51, 52), real, width: 1, k: 1 })
    expect(far).toMatchObject({ precision: 0, recall: 0, density: 0, coverage: 0 })
  })

  it("do not count a point as its own neighbour", () => {
    const { precision } = precisionRecall({ samples: line(0, 5, 9.4), real: line(0, 5, 9), width: 1, k: 1 })
    expect(precision).toBe(1)
  })

  it("need more points than neighbours", () => {
    expect(() => precisionRecall({ samples: line(1, 2, 3), real: line(1, 2, 3, 4), width: 1, k: 3 })).toThrow(/k from 1 to the 2 points/)
  })
})
