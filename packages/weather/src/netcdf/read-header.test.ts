import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { sharedFolder } from "@scalewise/nn/testing"
import { describe, expect, it } from "vitest"
import { HeaderCut, HeaderFault } from "./classic-header.ts"
import { encodeHeader } from "./encode-header.ts"
import { parseHeader } from "./parse-header.ts"
import { readHeader } from "./read-header.ts"

const shared = sharedFolder()
const weather = path.join(shared ?? "", "data/weather")

const header = {
  dimensions: [
    { name: "time", length: 0 },
    { name: "längs", length: 3 },
  ],
  attributes: { title: "température °C", list: [1.5, -2], note: "" },
  variables: [
    {
      name: "t",
      type: "int16" as const,
      dimensions: ["time", "längs"],
      attributes: { units: "K", valid_range: { type: "int16" as const, values: [-5, 5] } },
    },
    { name: "b", type: "int8" as const, dimensions: ["längs"], attributes: { _FillValue: { type: "int8" as const, values: [-1] } } },
    { name: "empty", type: "float64" as const, dimensions: [] },
  ],
}

describe("classic headers", () => {
  it.skipIf(shared === undefined)("are read alike by netcdfjs, mended, and by our own parser, in every shared file", () => {
    const classic = ["train", "formats"]
      .flatMap((folder) => readdirSync(path.join(weather, folder)).map((name) => path.join(weather, folder, name)))
      .map((file) => readFileSync(file))
      .filter((bytes) => bytes.toString("latin1", 0, 3) === "CDF" && bytes[3]! < 5)
    expect(classic.length).toBeGreaterThan(25)
    for (const bytes of classic) expect(readHeader(bytes)).toEqual(parseHeader(bytes))
  })

  it("keep UTF-8 names and texts, signs of bytes and empty texts", () => {
    for (const version of [1, 2] as const) {
      const read = readHeader(encodeHeader(header, version, 7).bytes)
      expect(read).toMatchObject({
        version,
        records: 7,
        dimensions: header.dimensions,
        attributes: { title: "température °C", list: [1.5, -2], note: "" },
        variables: [
          { name: "t", type: "int16", dimensionIds: [0, 1], attributes: { units: "K", valid_range: [-5, 5] } },
          { name: "b", attributes: { _FillValue: -1 } },
          { name: "empty", dimensionIds: [], attributes: {} },
        ],
      })
    }
  })

  it("may have no dimensions, no attributes and no variables", () => {
    const { bytes } = encodeHeader({ dimensions: [], attributes: {}, variables: [] }, 1, 0)
    expect(bytes).toHaveLength(32)
    expect(readHeader(bytes)).toEqual({ version: 1, records: 0, dimensions: [], attributes: {}, variables: [] })
  })

  it("tell a cut header from a wrong one, at every length and for any byte", () => {
    const { bytes } = encodeHeader(header, 1, 7)
    for (let length = 4; length < bytes.length; length++) expect(() => readHeader(bytes.subarray(0, length))).toThrow(HeaderCut)
    for (let at = 4; at < bytes.length; at++) {
      for (const value of [0xff, 0x7f, 0]) {
        const damaged = Buffer.from(bytes)
        damaged[at] = value
        try {
          readHeader(damaged)
        } catch (error) {
          expect(error instanceof HeaderCut || error instanceof HeaderFault).toBe(true)
        }
      }
    }
  })

  it("with places beyond 4 GiB are read too", () => {
    const { bytes } = encodeHeader(
      { dimensions: [{ name: "x", length: 2 }], attributes: {}, variables: [{ name: "a", type: "int8", dimensions: ["x"] }] },
      2,
      0,
    )
    bytes.writeBigUInt64BE(2n ** 33n, bytes.length - 8)
    expect(readHeader(bytes).variables[0]!.begin).toBe(2 ** 33)
  })
})
