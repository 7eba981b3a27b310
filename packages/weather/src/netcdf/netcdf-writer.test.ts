import { mkdtemp, open, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { ConfigError, DataError } from "@scalewise/nn/errors"
import fc from "fast-check"
import { NetCDFReader } from "netcdfjs"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { HeaderToWrite, WritableType } from "./encode-header.ts"
import { createNetcdf } from "./netcdf-writer.ts"
import { openClassic } from "./open-classic.ts"

let folder = ""
let file = ""
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "netcdf-"))
  file = path.join(folder, "a.nc")
})
afterEach(async () => {
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})

const hex = (...parts: string[]): string => parts.join("").replaceAll(/\s/g, "")

describe("NetCDF-3 writer", () => {
  it("writes, byte for byte, what the specification of the format says", async () => {
    const writer = await createNetcdf(file, {
      dimensions: [
        { name: "t", length: 0 },
        { name: "x", length: 3 },
      ],
      attributes: { a: "hi" },
      variables: [
        { name: "x", type: "int8", dimensions: ["x"] },
        { name: "v", type: "int16", dimensions: ["t", "x"], attributes: { s: { type: "float32", values: [0.5] } } },
        { name: "w", type: "float64", dimensions: ["t"] },
      ],
    })
    await writer.write("x", [1, -1, 2])
    await writer.write("v", [1, 2, -3], { start: [0, 0], count: [1, 3] })
    await writer.write("w", [1], { start: [0], count: [1] })
    await writer.close()
    const expected = hex(
      "43444601 00000001", // magic, one record
      "0000000a 00000002  00000001 74000000 00000000  00000001 78000000 00000003", // dimensions t (unlimited), x
      "0000000c 00000001  00000001 61000000 00000002 00000002 68690000", // attribute a = "hi"
      "0000000b 00000003", // three variables
      "00000001 78000000  00000001 00000001  00000000 00000000  00000001 00000004 000000d0", // x(x), byte, 4 bytes at 208
      "00000001 76000000  00000002 00000000 00000001  0000000c 00000001 00000001 73000000 00000005 00000001 3f000000  00000003 00000008 000000d4",
      "00000001 77000000  00000001 00000000  00000000 00000000  00000006 00000008 000000dc",
      "01ff0281", // x, padded with its fill value
      "00010002fffd8001 3ff0000000000000", // one record: v with its pad, w
    )
    expect((await readFile(file)).toString("hex")).toBe(expected)
  })

  it("gives back every type, shape and part that was written, through our reader", async () => {
    const types: readonly WritableType[] = ["int8", "int16", "int32", "float32", "float64"]
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          types: fc.array(fc.constantFrom(...types), { minLength: 1, maxLength: 3 }),
          isRecord: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
          records: fc.integer({ min: 1, max: 4 }),
          lengths: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 })),
          first: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(4)),
        }),
        async ({ types: drawn, isRecord, records, lengths, first }) => {
          const header: HeaderToWrite = {
            dimensions: [
              { name: "t", length: 0 },
              { name: "y", length: lengths[0] },
              { name: "x", length: lengths[1] },
              { name: "z", length: records },
            ],
            attributes: {},
            variables: drawn.map((type, i) => ({ name: `v${i}`, type, dimensions: [isRecord[i] ? "t" : "z", "y", "x"] })),
          }
          const shape = [records, ...lengths]
          const size = shape.reduce((a, b) => a * b)
          const values = Array.from({ length: size }, (_, i) => (i % 100) - 50)
          const writer = await createNetcdf(file, header)
          for (const { name } of header.variables) await writer.write(name, values, { start: [0, 0, 0], count: shape })
          await writer.close()
          const reader = await openClassic(file)
          const start = shape.map((length, axis) => Math.min(first[axis]!, length - 1))
          const count = shape.map((length, axis) => length - start[axis]!)
          const part: number[] = []
          for (let t = start[0]!; t < shape[0]!; t++)
            for (let y = start[1]!; y < shape[1]!; y++)
              for (let x = start[2]!; x < shape[2]!; x++) part.push(values[(t * shape[1]! + y) * shape[2]! + x]!)
          for (const { name } of header.variables) {
            expect([...(await reader.read(name))]).toEqual(values)
            expect([...(await reader.read(name, { start, count }))]).toEqual(part)
          }
          await reader.close()
        },
      ),
      { numRuns: 60 },
    )
  })

  it("is read by netcdfjs where netcdfjs reads rightly", async () => {
    const writer = await createNetcdf(file, {
      dimensions: [
        { name: "t", length: 0 },
        { name: "x", length: 2 },
      ],
      attributes: { title: "t" },
      variables: [
        { name: "f", type: "float32", dimensions: ["t", "x"] },
        { name: "s", type: "char", dimensions: ["x"] },
      ],
    })
    await writer.write("f", [1, 2, 3, 4], { start: [0, 0], count: [2, 2] })
    await writer.write("s", "ab")
    await writer.close()
    const reader = new NetCDFReader(await readFile(file))
    expect(reader.getDataVariable("f")).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(reader.getDataVariableAsString("s")).toBe("ab")
  })

  it("fills what was not written, skips records, and goes on after a crash", async () => {
    const header: HeaderToWrite = {
      dimensions: [
        { name: "t", length: 0 },
        { name: "x", length: 3 },
      ],
      attributes: {},
      variables: [
        { name: "f", type: "float32", dimensions: ["t", "x"], attributes: { _FillValue: { type: "float32", values: [-9] } } },
        { name: "n", type: "int8", dimensions: ["t"], fill: 0 },
      ],
    }
    const writer = await createNetcdf(file, header)
    await writer.write("f", [5, 6], { start: [1, 1], count: [1, 2] })
    // No close: the file as a crash would leave it.
    const crashed = await openClassic(file)
    expect([...(await crashed.read("f"))]).toEqual([-9, -9, -9, -9, 5, 6])
    expect([...(await crashed.read("n"))]).toEqual([0, 0])
    await crashed.close()
    await writer.close()
    const again = await createNetcdf(file, header, { append: true })
    expect(again.records).toBe(2)
    await again.write("f", [7], { start: [2, 0], count: [1, 1] })
    await again.close()
    const read = await openClassic(file)
    expect([...(await read.read("f"))]).toEqual([-9, -9, -9, -9, 5, 6, 7, -9, -9])
    await read.close()
    await expect(createNetcdf(file, { ...header, attributes: { other: 1 } }, { append: true })).rejects.toThrow(/same contents list/)
  })

  it("packs single narrow record variables without pads, as the format wants", async () => {
    const writer = await createNetcdf(file, {
      dimensions: [
        { name: "t", length: 0 },
        { name: "x", length: 3 },
      ],
      attributes: {},
      variables: [{ name: "v", type: "int16", dimensions: ["t", "x"] }],
    })
    await writer.write("v", [1, 2, 3, 4, 5, 6], { start: [0, 0], count: [2, 3] })
    await writer.close()
    expect((await readFile(file)).subarray(-12).toString("hex")).toBe("000100020003000400050006")
  })

  it("takes the version with 64-bit places where the file will pass 2 GiB", async () => {
    const header: HeaderToWrite = {
      dimensions: [
        { name: "t", length: 0 },
        { name: "x", length: 1000 },
      ],
      attributes: {},
      variables: [{ name: "f", type: "float32", dimensions: ["t", "x"] }],
    }
    for (const [expectedRecords, format] of [
      [500_000, "NETCDF3_CLASSIC"],
      [600_000, "NETCDF3_64BIT_OFFSET"],
    ] as const) {
      const writer = await createNetcdf(file, header, { expectedRecords })
      await writer.write("f", [3], { start: [1, 999], count: [1, 1] })
      await writer.close()
      const reader = await openClassic(file)
      expect([reader.format, [...(await reader.read("f", { start: [1, 999], count: [1, 1] }))]]).toEqual([format, [3]])
      await reader.close()
    }
  })

  it("says in one sentence that the disk is full, and keeps what is there", async () => {
    const header: HeaderToWrite = {
      dimensions: [
        { name: "t", length: 0 },
        { name: "x", length: 2 },
      ],
      attributes: {},
      variables: [{ name: "f", type: "float32", dimensions: ["t", "x"] }],
    }
    const writer = await createNetcdf(file, header)
    await writer.write("f", [1, 2], { start: [0, 0], count: [1, 2] })
    const probe = await open(path.join(folder, "probe"), "w")
    const full = vi.spyOn(Object.getPrototypeOf(probe) as { write: () => Promise<unknown> }, "write")
    full.mockRejectedValue(Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" }))
    const error: unknown = await writer.write("f", [3, 4], { start: [1, 0], count: [1, 2] }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(DataError)
    expect((error as Error).message).toMatch(/a\.nc: expected to go on writing, got a full disk; the 1 records written so far are kept/)
    full.mockRestore()
    await probe.close()
    await writer.close()
    const reader = await openClassic(file)
    expect([...(await reader.read("f"))]).toEqual([1, 2])
    await reader.close()
  })

  it("refuses headers and parts that the format does not have", async () => {
    const t = { name: "t", length: 0 }
    const x = { name: "x", length: 2 }
    const v = { name: "v", type: "int32" as const }
    for (const header of [
      { dimensions: [t, { name: "u", length: 0 }], variables: [] },
      { dimensions: [t, x], variables: [{ ...v, dimensions: ["x", "t"] }] },
      { dimensions: [x], variables: [{ ...v, dimensions: ["y"] }] },
    ])
      await expect(createNetcdf(file, { attributes: {}, ...header })).rejects.toThrow(ConfigError)
    const writer = await createNetcdf(file, { attributes: {}, dimensions: [x], variables: [{ ...v, dimensions: ["x"] }] })
    await expect(writer.write("v", [1])).rejects.toThrow(/expected 2 values .* got 1/)
    await expect(writer.write("w", [1])).rejects.toThrow(ConfigError)
    await expect(writer.write("v", [1, 2], { start: [1], count: [2] })).rejects.toThrow(/start \[1\]/)
    await writer.close()
    await expect(createNetcdf(path.join(folder, "no/such/place.nc"), { attributes: {}, dimensions: [], variables: [] })).rejects.toThrow(
      DataError,
    )
  })
})
