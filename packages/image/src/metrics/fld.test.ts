import { randomStream, selectBackend, ShapeError } from "@scalewise/nn"
import { beforeAll, describe, expect, it } from "vitest"
import { rectifiedPoints, referenceValues } from "../testing/reference-values.ts"
import { featureMoments } from "./feature-moments.ts"
import { fld, fldDeviation, fldFloor } from "./fld.ts"

beforeAll(() => selectBackend())

const width = 16
const real = rectifiedPoints(1, 300, width, 2, 0.5)
const fake = rectifiedPoints(2, 240, width, 2, 0.4)

describe("featureMoments", () => {
  it("equal the definition, divided by N - 1", () => {
    const { mean, covariance } = featureMoments(Float32Array.of(1, 2, 3, 6, 5, 1), { width: 2 })
    expect([...mean]).toEqual([3, 3])
    expect([...covariance.values]).toEqual([4, -1, -1, 7])
  })

  it("count a row as often as it is named", () => {
    const points = Float32Array.of(1, 2, 3, 6, 5, 1)
    const named = featureMoments(points, { width: 2, rows: [2, 0, 2] })
    expect(named).toEqual(featureMoments(Float32Array.of(5, 1, 1, 2, 5, 1), { width: 2 }))
  })

  it("need two points", () => {
    expect(() => featureMoments(Float32Array.of(1, 2), { width: 2 })).toThrow(ShapeError)
  })
})

describe("FLD", () => {
  it("equals SciPy's on features that make the covariance singular", () => {
    expect(fld(fake, real, { width })).toBeCloseTo(referenceValues().frechet, 6)
  })

  it("of a shifted set is the squared shift", () => {
    const shifted = real.map((value, i) => value + (i % width === 3 ? 2 : 0))
    expect(fld(shifted, featureMoments(real, { width }), { width })).toBeCloseTo(4, 5)
  })

  it("has a bootstrap deviation that repeats with its stream and falls with the number of points", () => {
    const reference = featureMoments(real, { width })
    const deviation = (features: Float32Array, seed: number) => fldDeviation({ features, reference, random: randomStream(seed) })
    expect(deviation(fake, 1)).toBe(deviation(fake, 1))
    const many = rectifiedPoints(3, 240 * 16, width, 2, 0.4)
    const ratio = deviation(fake, 1) / deviation(many, 1)
    expect(ratio).toBeGreaterThan(2) // 4 in theory, estimated from 20 draws
    expect(ratio).toBeLessThan(8)
  })

  it("has a floor that draws the classes that are asked for", () => {
    // Class 1 lies apart: drawing it too often moves the mean.
    const labels = Int32Array.from({ length: 300 }, (_, i) => i % 3)
    const features = real.map((value, i) => value + (labels[Math.floor(i / width)] === 1 ? 5 : 0))
    const reference = featureMoments(features, { width })
    const floor = (like: number[]) => fldFloor({ features, labels, reference, like, random: randomStream(1) })
    const balanced = floor(Array.from({ length: 90 }, (_, i) => i % 3))
    const lopsided = floor(Array.from({ length: 90 }, (_, i) => (i < 60 ? 1 : 0)))
    expect(balanced.count).toBe(5)
    expect(balanced.mean).toBeLessThan(2)
    expect(lopsided.mean).toBeGreaterThan(20)
    expect(floor([0, 1, 2, 0, 1, 2])).toEqual(floor([0, 1, 2, 0, 1, 2]))
  })
})
