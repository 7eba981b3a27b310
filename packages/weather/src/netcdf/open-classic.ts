import { open, type FileHandle } from "node:fs/promises"
import { DataError } from "@scalewise/nn/errors"
import { sizeOf, type ArrayFile, type ArrayFormat, type ArrayVariable, type Hyperslab, type StoredValues } from "../data/array-file.ts"
import { byteRuns } from "./byte-runs.ts"
import { HeaderCut, HeaderFault, type ClassicHeader } from "./classic-header.ts"
import { classicLayout, type ClassicSlot } from "./classic-layout.ts"
import { fromBigEndian } from "./classic-type.ts"
import type { Run } from "./hyperslab-runs.ts"
import { readHeader } from "./read-header.ts"

const formats: Readonly<Record<1 | 2 | 5, ArrayFormat>> = { 1: "NETCDF3_CLASSIC", 2: "NETCDF3_64BIT_OFFSET", 5: "NETCDF3_64BIT_DATA" }

/** Headers are read in pieces that double up to here; none in the wild comes near. */
const longestHeader = 64 * 2 ** 20
/** Neighbouring stretches of values are fetched at once if no more than this lies between them. */
const widestGap = 16 * 2 ** 10
const largestFetch = 4 * 2 ** 20

/**
 * Opens a classic NetCDF file (CDF-1, CDF-2 or CDF-5). Only the header is read; values are fetched from their places as asked for.
 *
 * @throws DataError for a header that does not fit the format, and for a file that ends before its data does
 */
export async function openClassic(path: string): Promise<ArrayFile> {
  const handle = await open(path, "r")
  try {
    return await fileOf(path, handle)
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function fileOf(path: string, handle: FileHandle): Promise<ArrayFile> {
  const { size } = await handle.stat()
  const header = await headerOf(path, handle, size)
  const layout = classicLayout(header, size)
  if (layout.end > size) {
    throw new DataError(
      `${path}: expected ${layout.end} bytes, as its header says, got ${size}; the file is cut short, so fetch or copy it again`,
    )
  }
  const { records, recordStep, slots } = layout
  const dimensions = header.dimensions.map(({ name, length }) => ({ name, length: length || records, isUnlimited: length === 0 }))
  const variables = header.variables.map(({ name, type, dimensionIds, attributes }, i): ArrayVariable => {
    return { name, type, dimensions: dimensionIds.map((id) => dimensions[id]!.name), shape: slots[i]!.shape, attributes }
  })
  const find = (name: string): ClassicSlot => {
    const slot = slots[variables.findIndex((variable) => variable.name === name)]
    if (!slot)
      throw new DataError(
        `${path}: expected a variable of the file, got "${name}"; it has ${variables.map((variable) => variable.name).join(", ")}`,
      )
    return slot
  }
  const bytesAt = (slot: ClassicSlot, part: Hyperslab | undefined): Promise<Buffer> => {
    const whole = { start: slot.shape.map(() => 0), count: slot.shape }
    return fetchRuns(handle, byteRuns(slot, recordStep, part ?? whole), path)
  }

  const notices: string[] = []
  if (header.records === undefined)
    notices.push(`its header was never finished (it was being streamed): the ${records} records that are whole are read`)
  return {
    path,
    format: formats[header.version],
    dimensions,
    attributes: header.attributes,
    variables,
    notices,
    async read(name, part): Promise<StoredValues> {
      const slot = find(name)
      if (slot.type === "char") throw new DataError(`${path}: expected numbers in "${name}", got text; choose another variable`)
      return fromBigEndian(await bytesAt(slot, part), slot.type)
    },
    async readText(name): Promise<string[]> {
      const slot = find(name)
      if (slot.type !== "char") throw new DataError(`${path}: expected text in "${name}", got numbers; choose another variable`)
      const bytes = await bytesAt(slot, undefined)
      const length = slot.shape.at(-1) ?? 1
      return Array.from({ length: sizeOf(slot.shape.slice(0, -1)) }, (_, i) =>
        bytes.toString("utf8", i * length, (i + 1) * length).replace(/[\0 ]+$/, ""),
      )
    },
    close: () => handle.close(),
  }
}

async function headerOf(path: string, handle: FileHandle, size: number): Promise<ClassicHeader> {
  for (let length = 64 * 2 ** 10; ; length *= 8) {
    const bytes = Buffer.alloc(Math.min(length, size, longestHeader))
    await handle.read(bytes, 0, bytes.length, 0)
    try {
      return checked(readHeader(bytes))
    } catch (error) {
      if (error instanceof HeaderCut && bytes.length < Math.min(size, longestHeader)) continue
      const found =
        error instanceof HeaderCut ? "one that goes on past the end of the file" : error instanceof HeaderFault ? error.message : undefined
      if (found === undefined) throw error
      throw new DataError(`${path}: expected a NetCDF header, got ${found}; the file is damaged, so fetch or copy it again`, {
        cause: error,
      })
    }
  }
}

function checked(header: ClassicHeader): ClassicHeader {
  const { dimensions, variables } = header
  if (dimensions.filter(({ length }) => length === 0).length > 1) throw new HeaderFault("two unlimited dimensions, where one is allowed")
  for (const { name, dimensionIds } of variables) {
    if (dimensionIds.some((id) => id >= dimensions.length))
      throw new HeaderFault(`a variable "${name}" along a dimension that is not there`)
    if (dimensionIds.slice(1).some((id) => dimensions[id]!.length === 0))
      throw new HeaderFault(`a variable "${name}" whose unlimited dimension is not its first`)
  }
  return header
}

/** Fetches stretches into one buffer, with few reads. */
async function fetchRuns(handle: FileHandle, runs: readonly Run[], path: string): Promise<Buffer> {
  // A new ArrayBuffer: aligned for every type, and not one that Node shares out.
  const bytes = Buffer.from(new ArrayBuffer(runs.reduce((sum, { length }) => sum + length, 0)))
  let filled = 0
  const read = async (into: Buffer, position: number): Promise<void> => {
    for (let done = 0; done < into.length;) {
      const { bytesRead } = await handle.read(into, done, Math.min(into.length - done, 2 ** 30), position + done)
      if (bytesRead === 0)
        throw new DataError(`${path}: expected data at byte ${position + done}, got the end of the file; fetch or copy it again`)
      done += bytesRead
    }
  }
  for (let first = 0; first < runs.length;) {
    const start = runs[first]!.offset
    let end = start + runs[first]!.length
    let next = first + 1
    for (; next < runs.length; next++) {
      const { offset, length } = runs[next]!
      if (offset < end || offset - end > widestGap || offset + length - start > largestFetch) break
      end = offset + length
    }
    if (next === first + 1) {
      await read(bytes.subarray(filled, filled + end - start), start)
      filled += end - start
    } else {
      const block = Buffer.allocUnsafe(end - start)
      await read(block, start)
      for (const { offset, length } of runs.slice(first, next)) filled += block.copy(bytes, filled, offset - start, offset - start + length)
    }
    first = next
  }
  return bytes
}
