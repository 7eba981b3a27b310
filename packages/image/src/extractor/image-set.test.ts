import { ShapeError } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { checkSameSize, countImages } from "./image-set.ts"

describe("image sets", () => {
  const set = (count: number, width = 3) => ({ images: new Float32Array(count * 2 * width), height: 2, width, channels: 1 })

  it("know how many images they have", () => {
    expect(countImages(set(5))).toBe(5)
    expect(countImages(set(0))).toBe(0)
    expect(countImages(set(2), [1, 0])).toBe(2)
    expect(() => countImages(set(2), [1])).toThrow(/expected 2 labels, one an image, got 1/)
    expect(() => countImages({ ...set(2), height: 5 })).toThrow(ShapeError)
  })

  it("are compared by size", () => {
    expect(() => checkSameSize(set(1), set(7), "here")).not.toThrow()
    expect(() => checkSameSize(set(1), set(1, 4), "here")).toThrow("here: expected images of one size, got 2 x 3 x 1 and 2 x 4 x 1")
  })
})
