import { DataError, randomStream, selectBackend } from "@scalewise/nn"
import { beforeAll, describe, expect, it } from "vitest"
import { nearestPoints } from "./nearest-points.ts"
import { squaredDistances } from "./squared-distances.ts"

beforeAll(() => selectBackend())

const cloud = (name: string, rows: number, width: number, shift = 0) =>
  randomStream(name)
    .normalValues([rows, width])
    .map((value) => value + shift)

const distance = (a: Float32Array, i: number, b: Float32Array, j: number, width: number): number => {
  let sum = 0
  for (let at = 0; at < width; at++) sum += (a[i * width + at]! - b[j * width + at]!) ** 2
  return Math.sqrt(sum)
}

describe("nearestPoints", () => {
  it.each([1, 4])("equals the search point by point, k = %i, far from the origin", (k) => {
    const [width, n, m] = [5, 40, 70]
    const [a, b] = [cloud("a", n, width, 1000), cloud("b", m, width, 1000)]
    const { indices, distances } = nearestPoints(a, b, { width, k })
    for (let i = 0; i < n; i++) {
      const order = Array.from({ length: m }, (_, j) => j).sort((j, l) => distance(a, i, b, j, width) - distance(a, i, b, l, width))
      expect(Array.from(indices.subarray(i * k, (i + 1) * k))).toEqual(order.slice(0, k))
      for (let r = 0; r < k; r++) expect(distances[i * k + r]).toBeCloseTo(distance(a, i, b, order[r]!, width), 4)
    }
  })

  it("of equally near points takes the first, and never a point itself where it must not", () => {
    const points = Float32Array.of(0, 1, 1, 3)
    expect([...nearestPoints(Float32Array.of(1), points, { width: 1 }).indices]).toEqual([1])
    expect([...nearestPoints(points, points, { width: 1, excludeSelf: true }).indices]).toEqual([1, 2, 1, 1])
  })

  it("refuses NaN, which would be near to nothing and to everything", () => {
    expect(() => nearestPoints(Float32Array.of(Number.NaN), Float32Array.of(0, 1), { width: 1 })).toThrow(DataError)
  })
})

describe("squaredDistances", () => {
  it.each([1, 6, 8, 100])("visits every pair once in blocks of %i numbers", (blockSize) => {
    const [a, b] = [Float32Array.of(0, 0, 4, 0, 1, 1), Float32Array.of(1, 2, 5, 0, 0, 0)]
    const seen: Record<string, number> = {}
    squaredDistances(a, b, {
      width: 2,
      blockSize,
      visit(row, from, distances) {
        for (const [j, value] of distances.entries()) {
          expect(seen[`${row} ${from + j}`]).toBeUndefined()
          seen[`${row} ${from + j}`] = Number(value.toFixed(4))
        }
      },
    })
    expect(seen).toEqual({ "0 0": 5, "0 1": 25, "0 2": 0, "1 0": 13, "1 1": 1, "1 2": 16, "2 0": 1, "2 1": 17, "2 2": 2 })
  })
})
