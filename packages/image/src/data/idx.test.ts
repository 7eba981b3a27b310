import { gzipSync } from "node:zlib"
import { DataError } from "@scalewise/nn"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { parseIdx, readIdx } from "./idx.ts"

const idx = (shape: number[], values: ArrayLike<number>, type = 8): Uint8Array => {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length)
  bytes.set([0, 0, type, shape.length])
  const view = new DataView(bytes.buffer)
  for (const [axis, length] of shape.entries()) view.setUint32(4 + 4 * axis, length)
  bytes.set(Array.from(values), 4 + 4 * shape.length)
  return bytes
}

describe("parseIdx", () => {
  it("reads what was written, gzipped or not", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }), fc.boolean(), (shape, zipped) => {
        const values = Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i * 37) % 256)
        const bytes = idx(shape, values)
        const parsed = parseIdx(zipped ? gzipSync(bytes) : bytes, "file")
        expect(parsed.shape).toEqual(shape)
        expect(Array.from(parsed.values)).toEqual(Array.from(values))
      }),
      { numRuns: 40 },
    )
  })

  const good = idx([2, 3], [1, 2, 3, 4, 5, 6])
  it.each([
    ["empty", new Uint8Array(0), /got only 0 bytes/],
    ["a picture", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0), /magic number .* got 89504e47/],
    ["floats", idx([1], [0, 0, 0, 0], 0x0d), /unsigned bytes .* got idx type 0d/],
    ["a cut header", good.subarray(0, 9), /header of 12 bytes for 2 dimensions, got 9/],
    ["cut values", good.subarray(0, 15), /expected 6 values for the dimensions 2 x 3, got 3 \(the file is truncated\)/],
    ["values too many", idx([2], [1, 2, 3]), /longer than it says/],
    ["a cut gzip file", gzipSync(good).subarray(0, 20), /intact gzip file/],
    ["a gzip file with a flipped bit", flipped(gzipSync(good)), /intact gzip file/],
  ])("refuses %s in one sentence that names the file", (_, bytes, message) => {
    expect(() => parseIdx(bytes, "digits.idx")).toThrow(DataError)
    expect(() => parseIdx(bytes, "digits.idx")).toThrow(message)
    expect(() => parseIdx(bytes, "digits.idx")).toThrow(/^digits\.idx: expected/)
  })

  it("says that a file is missing", async () => {
    await expect(readIdx("no/such/file")).rejects.toThrow(/^no\/such\/file: expected a readable idx file/)
  })
})

/** Flips a bit of the stored checksum: the values alone would look fine. */
function flipped(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[copy.length - 8]! ^= 1
  return copy
}
