import { randomStream, selectBackend, ShapeError } from "@scalewise/nn"
import { beforeAll, describe, expect, it } from "vitest"
import { stripedImages } from "../testing/striped-images.ts"
import { memorisation } from "./memorisation.ts"

beforeAll(() => selectBackend())

const train = stripedImages(120, randomStream("train"))
const test = stripedImages(60, randomStream("test"))
const random = randomStream("pick")
const width = 144

describe("memorisation", () => {
  it("finds copies and where they come from", () => {
    const samples = stripedImages(30, randomStream("new"))
    const copied = samples.images.slice()
    copied.set(train.images.subarray(17 * width, 18 * width), 4 * width)
    copied.set(
      train.images.subarray(60 * width, 61 * width).map((value) => value + 1e-4),
      9 * width,
    )
    const { closest, samples: mine } = memorisation({ samples: { ...samples, images: copied }, train, test, random, pairs: 3 })
    expect(closest.slice(0, 2).map(({ sample, train: row }) => [sample, row])).toEqual([
      [4, 17],
      [9, 60],
    ])
    expect(closest[0]!.distance).toBe(0)
    expect(closest[1]!.distance).toBeCloseTo(12e-4, 5) // digits that matrix products would have lost
    expect(mine.least).toBe(0)
    expect(closest).toHaveLength(3)
  })

  it("finds nothing where samples are as new as the test images", () => {
    const {
      closeShare,
      samples,
      test: floor,
      counts,
    } = memorisation({ samples: stripedImages(60, randomStream("new")), train, test, random })
    expect(closeShare).toBeLessThan(0.2)
    expect(samples.median / floor.median).toBeGreaterThan(0.95)
    expect(samples.median / floor.median).toBeLessThan(1.05)
    expect(counts).toEqual({ samples: 60, test: 60, train: 120 })
  })

  it("says that all samples are close where all are copies, of a random choice of them", () => {
    const { closeShare, counts, closest } = memorisation({ samples: train, train, test, random, count: 20 })
    expect(closeShare).toBe(1)
    expect(counts).toEqual({ samples: 20, test: 20, train: 120 })
    expect(closest.every(({ sample, train: row }) => sample === row)).toBe(true)
    expect(closest.map(({ sample }) => sample)).not.toEqual(Array.from({ length: 10 }, (_, i) => i))
  })

  it("refuses images of two sizes", () => {
    expect(() => memorisation({ samples: { ...test, height: 24, width: 6 }, train, test, random })).toThrow(ShapeError)
  })
})
