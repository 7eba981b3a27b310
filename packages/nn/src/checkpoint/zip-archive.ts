import { inflateSync } from "fflate"
import { CheckpointError } from "../errors.ts"
import type { ByteSource } from "./byte-source.ts"

// Only what reading needs, by position: the end record points to the central directory, which names every entry and the
// position of its local header; the bytes follow that header. Zip64 puts large numbers into further records.

/** One file inside a zip archive. */
export interface ZipEntry {
  readonly name: string
  /** Bytes once unpacked. */
  readonly size: number
  readonly packedSize: number
  /** Whether the bytes lie in the archive as they are, so that parts can be read by position. */
  readonly stored: boolean
  readonly headerPosition: number
}

/** An opened archive; nothing is unpacked before it is asked for. */
export interface ZipArchive {
  readonly entries: ReadonlyMap<string, ZipEntry>
  /** Fills `into` with the bytes of the entry from `offset` on. */
  read(entry: ZipEntry, offset: number, into: Uint8Array): Promise<void>
}

const endRecord = 0x06054b50
const endRecord64 = 0x06064b50
const endLocator64 = 0x07064b50
const centralHeader = 0x02014b50
const localHeader = 0x04034b50
/** A directory of more than this is no checkpoint. */
const longestDirectory = 2 ** 28

/**
 * Reads the directory of a zip archive.
 *
 * @throws CheckpointError where it is no zip archive, or a damaged one
 */
export async function openZip(source: ByteSource): Promise<ZipArchive> {
  const view = async (position: number, length: number): Promise<DataView> => {
    if (position < 0 || position + length > source.size)
      throw damaged(source.name, `a record of ${length} bytes at ${position} lies outside the file`)
    const bytes = new Uint8Array(length)
    await source.read(position, bytes)
    return new DataView(bytes.buffer)
  }
  const { position, length, count } = await findDirectory(source, view)
  if (length > longestDirectory) throw damaged(source.name, `its directory takes ${length} bytes`)
  const entries = parseDirectory(await view(position, length), count, source)

  const start = async (entry: ZipEntry): Promise<number> => {
    const header = await view(entry.headerPosition, 30)
    if (header.getUint32(0, true) !== localHeader) throw damaged(source.name, `"${entry.name}" is not where the directory says`)
    const begin = entry.headerPosition + 30 + header.getUint16(26, true) + header.getUint16(28, true)
    if (begin + entry.packedSize > source.size) throw damaged(source.name, `"${entry.name}" ends outside the file`)
    return begin
  }
  let unpacked: { entry: ZipEntry; bytes: Uint8Array } | undefined // of the last deflated entry
  return {
    entries,
    async read(entry, offset, into) {
      if (offset + into.byteLength > entry.size)
        throw damaged(source.name, `"${entry.name}" has ${entry.size} bytes, but ${offset + into.byteLength} are needed`)
      if (entry.stored) return source.read((await start(entry)) + offset, into)
      if (unpacked?.entry !== entry) {
        const packed = new Uint8Array(entry.packedSize)
        await source.read(await start(entry), packed)
        unpacked = { entry, bytes: inflate(packed, entry, source.name) }
      }
      into.set(unpacked.bytes.subarray(offset, offset + into.byteLength))
    },
  }
}

/** Reads a whole entry. */
export async function readEntry(archive: ZipArchive, entry: ZipEntry): Promise<Uint8Array> {
  const bytes = new Uint8Array(entry.size)
  await archive.read(entry, 0, bytes)
  return bytes
}

function inflate(packed: Uint8Array, { name, size }: ZipEntry, file: string): Uint8Array {
  try {
    const bytes = inflateSync(packed, { out: new Uint8Array(size) })
    if (bytes.byteLength === size) return bytes
  } catch {
    // Said below.
  }
  throw damaged(file, `"${name}" does not unpack to its ${size} bytes`)
}

async function findDirectory(
  { name, size }: ByteSource,
  view: (position: number, length: number) => Promise<DataView>,
): Promise<{ position: number; length: number; count: number }> {
  const tailLength = Math.min(size, 22 + 0xffff) // the record may be followed by a comment of 64 KiB
  const tail = await view(size - tailLength, tailLength)
  for (let at = tailLength - 22; at >= 0; at--) {
    if (tail.getUint32(at, true) !== endRecord || at + 22 + tail.getUint16(at + 20, true) > tailLength) continue
    const found = { count: tail.getUint16(at + 10, true), length: tail.getUint32(at + 12, true), position: tail.getUint32(at + 16, true) }
    if (found.count !== 0xffff && found.length !== 0xffffffff && found.position !== 0xffffffff) return found
    if (at < 20 || tail.getUint32(at - 20, true) !== endLocator64) return found
    const end = await view(readLong(tail, at - 20 + 8, name), 56)
    if (end.getUint32(0, true) !== endRecord64) throw damaged(name, "its zip64 record is not where it should be")
    return { count: readLong(end, 32, name), length: readLong(end, 40, name), position: readLong(end, 48, name) }
  }
  throw new CheckpointError(`${name}: expected a zip archive, found none; is the file complete?`)
}

function parseDirectory(directory: DataView, count: number, { name: file, size: fileSize }: ByteSource): Map<string, ZipEntry> {
  const entries = new Map<string, ZipEntry>()
  for (let at = 0, index = 0; index < count; index++) {
    if (at + 46 > directory.byteLength || directory.getUint32(at, true) !== centralHeader)
      throw damaged(file, `entry ${index} of its directory is unreadable`)
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => directory.getUint16(at + field, true)) as [
      number,
      number,
      number,
    ]
    const extra = at + 46 + nameLength
    const next = extra + extraLength + commentLength
    if (next > directory.byteLength) throw damaged(file, `entry ${index} of its directory is cut off`)
    const name = new TextDecoder().decode(new Uint8Array(directory.buffer, at + 46, nameLength))
    const flags = directory.getUint16(at + 8, true)
    const method = directory.getUint16(at + 10, true)
    if (flags & 1) throw damaged(file, `"${name}" is encrypted`)
    if (method !== 0 && method !== 8)
      throw damaged(file, `"${name}" is packed by method ${method}; only stored and deflated entries are read`)
    if (entries.has(name)) throw damaged(file, `"${name}" occurs twice`)

    // In this order, and only those that are too large for their 32 bits, the sizes are in the zip64 part.
    const sizes = [24, 20, 42].map((field) => directory.getUint32(at + field, true))
    let large = zip64Part(directory, extra, extra + extraLength)
    const [size, packedSize, headerPosition] = sizes.map((value) => {
      if (value !== 0xffffffff || large === undefined) return value
      const long = readLong(directory, large, file)
      large += 8
      return long
    }) as [number, number, number]
    if (method === 0 && size !== packedSize) throw damaged(file, `"${name}" has two sizes`)
    // Sizes are allocated as they are promised. Deflate shrinks by 1032 at most.
    if (packedSize > fileSize) throw damaged(file, `"${name}" ends outside the file`)
    if (size > packedSize * 1032 + 64) throw damaged(file, `"${name}" cannot unpack to ${size} bytes`)
    entries.set(name, { name, size, packedSize, stored: method === 0, headerPosition })
    at = next
  }
  return entries
}

function zip64Part(view: DataView, from: number, to: number): number | undefined {
  for (let at = from; at + 4 <= to; at += 4 + view.getUint16(at + 2, true)) if (view.getUint16(at, true) === 1) return at + 4
  return undefined
}

function readLong(view: DataView, at: number, file: string): number {
  const value = at + 8 <= view.byteLength ? Number(view.getBigUint64(at, true)) : Number.NaN
  if (!Number.isSafeInteger(value)) throw damaged(file, "a 64-bit number in it makes no sense")
  return value
}

const damaged = (file: string, what: string): CheckpointError =>
  new CheckpointError(`${file}: the zip archive is damaged: ${what}; copy it again`)
