import { open, type FileHandle } from "node:fs/promises"
import { ConfigError, DataError } from "@scalewise/nn/errors"
import { sizeOf, type Hyperslab } from "../data/array-file.ts"
import { byteRuns } from "./byte-runs.ts"
import { classicLayout, type ClassicLayout } from "./classic-layout.ts"
import { bytesOf, toBigEndian } from "./classic-type.ts"
import { encodeHeader, type EncodedHeader, type HeaderToWrite, type VariableToWrite, type WritableType } from "./encode-header.ts"

/** A NetCDF-3 file that is being written. */
export interface NetcdfWriter {
  readonly path: string
  /** Records that are in the file, each of them whole. */
  readonly records: number
  /**
   * Writes numbers, or for characters the bytes of a text, to a part of a variable; without a part, to all of it (of a record variable:
   * all records that there are). Records that do not exist yet are made first, filled with each variable's fill value, and the
   * header's count is raised once they are whole: a reader, or a program that goes on after a crash, sees whole records only.
   *
   * @throws ConfigError for a part that does not fit, DataError where the disk is full
   */
  write(name: string, values: ArrayLike<number> | string, part?: Hyperslab): Promise<void>
  close(): Promise<void>
}

export interface CreateNetcdfOptions {
  /** Records that will come, where it is known: large files need another version of the format. @defaultValue 0 */
  readonly expectedRecords?: number
  /** Go on with a file that is there, which must have the same header, instead of beginning anew. @defaultValue false */
  readonly append?: boolean
}

/** CDF-1 has signed 32-bit places (and libnetcdf's limit is 4 bytes below that). */
const largestClassic = 2 ** 31 - 4

/** What stands where nothing was written (netcdf.h, NC_FILL_*), unless the variable has a `_FillValue`. */
export const fillOf: Readonly<Record<WritableType, number>> = {
  int8: -127,
  char: 0,
  int16: -32_767,
  int32: -2_147_483_647,
  float32: Math.fround(9.969_209_968_386_869e36),
  float64: 9.969_209_968_386_869e36,
}

/**
 * Begins a NetCDF-3 file: CDF-1, or CDF-2 where it will pass 2 GiB. Everything is written to its place at once, so that memory holds
 * one call's values and no more.
 *
 * @throws DataError where the file cannot be made, the disk is full, or the file to go on with is another one
 */
export async function createNetcdf(path: string, header: HeaderToWrite, options: CreateNetcdfOptions = {}): Promise<NetcdfWriter> {
  checkHeader(header)
  const { expectedRecords = 0, append = false } = options
  const small = encodeHeader(header, 1, 0)
  const version = layoutOf(header, small, expectedRecords).end > largestClassic ? 2 : 1
  const encoded = version === 1 ? small : encodeHeader(header, 2, 0)
  const handle = await open(path, append ? "r+" : "w").catch((cause: unknown) => {
    throw new DataError(`${path}: expected a file that can be written, got "${(cause as Error).message}"; choose another place`, { cause })
  })
  const writer = new Writer(path, handle, header, encoded)
  try {
    await (append ? writer.resume() : writer.begin())
  } catch (error) {
    await handle.close()
    throw error
  }
  return writer
}

class Writer implements NetcdfWriter {
  readonly path: string
  readonly #handle: FileHandle
  readonly #header: HeaderToWrite
  readonly #encoded: EncodedHeader
  #layout: ClassicLayout

  constructor(path: string, handle: FileHandle, header: HeaderToWrite, encoded: EncodedHeader) {
    this.path = path
    this.#handle = handle
    this.#header = header
    this.#encoded = encoded
    this.#layout = layoutOf(header, encoded, 0)
  }

  get records(): number {
    return this.#layout.records
  }

  async begin(): Promise<void> {
    await this.#put(this.#encoded.bytes, 0)
    for (const [i, slot] of this.#layout.slots.entries()) if (!slot.isRecord) await this.#fill(i, slot.begin)
  }

  async resume(): Promise<void> {
    const { bytes } = this.#encoded
    const found = Buffer.alloc(bytes.length)
    await this.#handle.read(found, 0, found.length, 0)
    const records = found.readUInt32BE(4)
    found.writeUInt32BE(0, 4)
    if (!found.equals(bytes))
      throw new DataError(
        `${this.path}: expected a file with the same contents list to go on with, got another one; write to another file, or begin this one anew`,
      )
    this.#layout = layoutOf(this.#header, this.#encoded, records)
  }

  async write(name: string, values: ArrayLike<number> | string, part?: Hyperslab): Promise<void> {
    const index = this.#header.variables.findIndex((variable) => variable.name === name)
    const { type } = this.#header.variables[index] ?? notThere(this.path, name)
    const { isRecord, shape } = this.#layout.slots[index]!
    const { start, count } = part ?? { start: shape.map(() => 0), count: shape }
    const bytes = typeof values === "string" ? textBytes(values, sizeOf(count)) : toBigEndian(values, type)
    if (bytes.length !== sizeOf(count) * bytesOf(type))
      throw new ConfigError(
        `${this.path}: expected ${sizeOf(count)} values for this part of "${name}" ([${count.join(", ")}]), got ${values.length}; give as many as the part has`,
      )
    if (isRecord) await this.#makeRecords(start[0]! + count[0]!)
    const { slots, recordStep } = this.#layout
    let from = 0
    for (const { offset, length } of byteRuns(slots[index]!, recordStep, { start, count })) {
      await this.#put(bytes.subarray(from, from + length), offset)
      from += length
    }
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  async #makeRecords(records: number): Promise<void> {
    while (this.records < records) {
      const { slots, recordStep } = this.#layout
      for (const [i, slot] of slots.entries()) if (slot.isRecord) await this.#fill(i, slot.begin + this.records * recordStep)
      const count = Buffer.alloc(4)
      count.writeUInt32BE(this.records + 1)
      await this.#put(count, 4)
      this.#layout = layoutOf(this.#header, this.#encoded, this.records + 1)
    }
  }

  /** Fills one record, or a fixed variable, with its fill value, and the rest up to the next variable likewise. */
  async #fill(index: number, offset: number): Promise<void> {
    const variable = this.#header.variables[index]!
    const { type } = variable
    const { slabBytes, isRecord } = this.#layout.slots[index]!
    const fill = variable.fill ?? declaredFill(variable) ?? fillOf[type]
    const isAlone = isRecord && this.#layout.recordStep === slabBytes
    const length = isAlone ? slabBytes : slabBytes + ((4 - (slabBytes % 4)) % 4)
    const piece = toBigEndian(new Float64Array(Math.min(length, 2 ** 20) / bytesOf(type)).fill(fill), type)
    for (let done = 0; done < length; done += piece.length)
      await this.#put(piece.subarray(0, Math.min(piece.length, length - done)), offset + done)
  }

  async #put(bytes: Buffer, position: number): Promise<void> {
    try {
      for (let done = 0; done < bytes.length;)
        done += (await this.#handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException
      const isFull = code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG"
      throw new DataError(
        `${this.path}: expected to go on writing, got ${isFull ? "a full disk" : `"${message}"`}; the ${this.records} records written so far are kept and readable, so make room and go on from there`,
        { cause },
      )
    }
  }
}

function declaredFill({ attributes }: VariableToWrite): number | undefined {
  const given = attributes?._FillValue
  if (typeof given === "object" && "type" in given) return given.values[0]
  return typeof given === "number" ? given : undefined
}

function layoutOf(header: HeaderToWrite, { begins }: EncodedHeader, records: number): ClassicLayout {
  const { dimensions, variables } = header
  const position = (name: string): number => dimensions.findIndex((dimension) => dimension.name === name)
  return classicLayout(
    {
      version: 1,
      records,
      dimensions,
      attributes: {},
      variables: variables.map(({ name, type, dimensions: names }, i) => ({
        name,
        type,
        dimensionIds: names.map(position),
        attributes: {},
        begin: begins[i]!,
      })),
    },
    0,
  )
}

function checkHeader({ dimensions, variables }: HeaderToWrite): void {
  const fault = (message: string): never => {
    throw new ConfigError(`NetCDF-3 file: ${message}`)
  }
  if (dimensions.filter(({ length }) => length === 0).length > 1)
    fault("expected one unlimited dimension at most, got several; give all but one a length")
  const names = new Set(dimensions.map(({ name }) => name))
  for (const variable of variables) {
    const unknown = variable.dimensions.find((name) => !names.has(name))
    if (unknown !== undefined) fault(`expected "${variable.name}" along dimensions of the file, got "${unknown}"; add that dimension`)
    const unlimited = variable.dimensions.findIndex((name) =>
      dimensions.some((dimension) => dimension.name === name && dimension.length === 0),
    )
    if (unlimited > 0)
      fault(
        `expected the unlimited dimension of "${variable.name}" in the first place, got it in place ${unlimited + 1}; reorder its dimensions`,
      )
  }
}

function notThere(path: string, name: string): never {
  throw new ConfigError(`${path}: expected a variable of the file, got "${name}"; add it to the header first`)
}

function textBytes(text: string, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  bytes.write(text, "utf8")
  return bytes
}
