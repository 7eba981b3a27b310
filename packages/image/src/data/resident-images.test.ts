import { ConfigError, DataError, ShapeError } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { residentImages, subset, toResident } from "./resident-images.ts"
import { selectRows } from "./select-rows.ts"

const bytes = Uint8Array.of(0, 51, 102, 255, 204, 153)
const dataset = () => residentImages({ pixels: bytes, labels: [1, 0, 2], height: 1, width: 2 })

describe("residentImages", () => {
  it("reads bytes and floats as the same intensities, in the order asked for", () => {
    const expected = [0.8, 0.6, 0, 0.2].map(Math.fround)
    expect([...dataset().read([2, 0])]).toEqual(expected)
    expect([...residentImages({ ...dataset(), pixels: dataset().images }).read([2, 0])]).toEqual(expected)
    expect([...dataset().images]).toEqual([0, 0.2, 0.4, 1, 0.8, 0.6].map(Math.fround))
  })

  it("makes the intensities of bytes once, and holds given intensities without a copy", () => {
    const of = dataset()
    expect(of.images).toBe(of.images)
    const pixels = Float32Array.of(0, 1)
    expect(residentImages({ pixels, labels: [0], height: 2, width: 1 }).images).toBe(pixels)
  })

  it("gives what is read to the caller", () => {
    const pixels = Float32Array.of(0, 1)
    residentImages({ pixels, labels: [0], height: 2, width: 1 })
      .read([0])
      .fill(9)
    expect([...pixels]).toEqual([0, 1])
  })

  it("names classes by number up to the largest label, or as told", () => {
    expect(dataset().classes).toEqual(["0", "1", "2"])
    expect(residentImages({ ...dataset(), classes: ["cat", "dog", "owl", "yak"] }).classes).toHaveLength(4)
    expect(residentImages({ pixels: new Uint8Array(0), labels: [], height: 2, width: 2 }).classes).toEqual([])
  })

  it("takes subsets with their classes; bytes stay bytes", () => {
    const chosen = subset(dataset(), [2, 2, 1])
    expect(chosen.pixels).toEqual(Uint8Array.of(204, 153, 204, 153, 102, 255))
    expect([...chosen.labels]).toEqual([2, 2, 0])
    expect(chosen.classes).toEqual(dataset().classes)
  })

  it("brings a dataset on disk into memory, and leaves one in memory alone", async () => {
    const streamed = { ...selectRows(dataset(), [2, 0]), read: async (rows: ArrayLike<number>) => selectRows(dataset(), [2, 0]).read(rows) }
    const loaded = await toResident(streamed)
    expect(loaded.images).toEqual(dataset().read([2, 0]))
    expect([loaded.size, [...loaded.labels], loaded.classes]).toEqual([2, [2, 1], ["0", "1", "2"]])
    expect(await toResident(loaded)).toBe(loaded)
  })

  it("refuses what does not fit together", () => {
    expect(() => residentImages({ pixels: bytes, labels: [0, 0], height: 1, width: 2 })).toThrow(ShapeError)
    expect(() => residentImages({ ...dataset(), classes: ["a", "b"] })).toThrow(DataError)
    expect(() => residentImages({ ...dataset(), classes: ["a", "b"] })).toThrow(/labels from 0 to 1, .* got 2 for image 2/)
    for (const row of [-1, 3, 0.5, NaN]) expect(() => dataset().read([0, row])).toThrow(ConfigError)
    expect(() => subset(dataset(), [3])).toThrow(/rows from 0 to 2, got 3/)
  })
})
