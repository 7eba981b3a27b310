import { CheckpointError } from "../errors.ts"
import { bytesPerElement, elementCount, isStoredDtype, type StoredTensorInfo } from "./stored-tensor.ts"

// The format: a 64-bit little-endian length n, then n bytes of JSON
//   { "__metadata__": { text: text }, NAME: { "dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end] }, ... },
// then the numbers. Offsets count from the end of the JSON; the tensors cover that part without holes or overlaps.

/** Where a tensor lies in a safetensors file. */
export interface SafetensorsEntry extends StoredTensorInfo {
  /** Position in the file, in bytes. */
  readonly position: number
  readonly byteLength: number
}

/** The parsed and verified beginning of a safetensors file. */
export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>
}

/** The Python package refuses longer headers; so do we, before anything of that size is allocated. */
export const longestHeader = 100_000_000

/**
 * Length of the JSON part from the first 8 bytes.
 *
 * @throws CheckpointError where it cannot be the beginning of a safetensors file of that size
 */
export function safetensorsHeaderLength(first: Uint8Array, fileSize: number, file: string): number {
  const length = new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true)
  if (length > longestHeader)
    throw new CheckpointError(
      `${file}: the header is too long: expected at most ${longestHeader} bytes, found ${length}; is this a safetensors file?`,
    )
  if (8 + Number(length) > fileSize)
    throw new CheckpointError(
      `${file}: the file is truncated: its header needs ${8 + Number(length)} bytes, found ${fileSize}; copy it again`,
    )
  return Number(length)
}

/**
 * Parses and verifies the JSON part.
 *
 * @param json - the bytes after the first 8
 * @throws CheckpointError for damaged JSON, names given twice, unknown formats, and offsets that overlap, leave holes or do not fit the file
 */
export function parseSafetensorsHeader(json: Uint8Array, fileSize: number, file: string): SafetensorsHeader {
  const text = decodeText(json, file)
  const root = parseObject(text, file)
  const repeated = repeatedKey(text)
  if (repeated !== undefined) throw new CheckpointError(`${file}: the header gives the name "${repeated}" twice`)

  const { __metadata__: metadata = {}, ...entries } = root
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === "string"))
    throw new CheckpointError(`${file}: expected "__metadata__" to be an object of texts`)
  const start = 8 + json.byteLength
  const tensors = new Map(Object.entries(entries).map(([name, entry]) => [name, parseEntry(name, entry, start, file)]))
  verifyCover(tensors, start, fileSize, file)
  return { metadata: metadata as Record<string, string>, tensors }
}

/**
 * The first bytes of a file with these tensors, and the order in which their numbers follow.
 * Wider formats come first, so that every tensor starts at a multiple of its element.
 */
export function formatSafetensorsHeader(
  tensors: ReadonlyMap<string, StoredTensorInfo>,
  metadata: Readonly<Record<string, string>> = {},
): { bytes: Uint8Array; order: string[] } {
  const order = [...tensors.keys()].sort((a, b) => bytesPerElement[tensors.get(b)!.dtype] - bytesPerElement[tensors.get(a)!.dtype])
  const offsets = new Map<string, [number, number]>()
  let end = 0
  for (const name of order) {
    checkName(name, "safetensors")
    const { dtype, shape } = tensors.get(name)!
    offsets.set(name, [end, (end += elementCount(shape) * bytesPerElement[dtype])])
  }
  const root: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {}
  for (const [name, { dtype, shape }] of tensors) root[name] = { dtype, shape: [...shape], data_offsets: offsets.get(name) }
  const json = new TextEncoder().encode(JSON.stringify(root))
  const bytes = new Uint8Array(8 + Math.ceil(json.byteLength / 8) * 8).fill(0x20) // padded with spaces
  new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.byteLength - 8), true)
  bytes.set(json, 8)
  return { bytes, order }
}

/** Refuses names that would reach into the prototypes of JavaScript objects when they become a nested record. */
export function checkName(name: string, file: string): void {
  const forbidden = name
    .split(".")
    .find((part) => part === "__proto__" || part === "constructor" || part === "prototype" || part === "__metadata__")
  if (forbidden !== undefined) throw new CheckpointError(`${file}: the tensor name "${name}" has the reserved part "${forbidden}"`)
}

function decodeText(json: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(json)
  } catch (cause) {
    throw new CheckpointError(`${file}: the header is not UTF-8 text; is this a safetensors file?`, { cause })
  }
}

function parseObject(text: string, file: string): Record<string, unknown> {
  let root: unknown
  try {
    root = text.startsWith("{") ? JSON.parse(text) : undefined
  } catch (cause) {
    throw new CheckpointError(`${file}: the header is not valid JSON: ${(cause as Error).message}`, { cause })
  }
  if (!isRecord(root)) throw new CheckpointError(`${file}: expected a header that is a JSON object; is this a safetensors file?`)
  return root
}

function parseEntry(name: string, entry: unknown, start: number, file: string): SafetensorsEntry {
  checkName(name, file)
  if (!isRecord(entry)) throw new CheckpointError(`${file}: tensor "${name}": expected an object in the header`)
  const { dtype, shape, data_offsets: offsets } = entry
  if (!isStoredDtype(dtype))
    throw new CheckpointError(
      `${file}: tensor "${name}": unknown dtype ${shown(dtype)}; known are ${Object.keys(bytesPerElement).join(", ")}`,
    )
  if (!Array.isArray(shape) || !shape.every(isCount))
    throw new CheckpointError(`${file}: tensor "${name}": expected a shape of whole numbers, got ${shown(shape)}`)
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount) || offsets[0]! > offsets[1]!)
    throw new CheckpointError(`${file}: tensor "${name}": expected data_offsets [begin, end], got ${shown(offsets)}`)
  const [begin, end] = offsets as [number, number]
  const byteLength = elementCount(shape) * bytesPerElement[dtype]
  if (byteLength !== end - begin)
    throw new CheckpointError(
      `${file}: tensor "${name}": ${dtype} [${shape.join(", ")}] takes ${byteLength} bytes, but its offsets span ${end - begin}`,
    )
  return { dtype, shape, position: start + begin, byteLength }
}

function verifyCover(tensors: ReadonlyMap<string, SafetensorsEntry>, start: number, fileSize: number, file: string): void {
  const sorted = [...tensors].sort(([, a], [, b]) => a.position - b.position || a.byteLength - b.byteLength)
  let end = start
  for (const [name, { position, byteLength }] of sorted) {
    if (position < end) throw new CheckpointError(`${file}: tensor "${name}" overlaps the one before it`)
    if (position > end) throw new CheckpointError(`${file}: there is a hole of ${position - end} bytes before tensor "${name}"`)
    end += byteLength
    if (end > fileSize)
      throw new CheckpointError(
        `${file}: tensor "${name}" ends out of range: expected at least ${end} bytes, found ${fileSize}; the file is truncated, copy it again`,
      )
  }
  if (end !== fileSize) throw new CheckpointError(`${file}: expected ${end} bytes, found ${fileSize}; something follows the last tensor`)
}

/** JSON.parse keeps the last of two equal keys in silence, so they are looked for in the text, which is valid JSON by now. */
function repeatedKey(text: string): string | undefined {
  const open: Set<string>[] = []
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "{") open.push(new Set())
    else if (text[at] === "}") open.pop()
    else if (text[at] === '"') {
      const end = closingQuote(text, at)
      if (isKey(text, end)) {
        const key = JSON.parse(text.slice(at, end + 1)) as string
        if (open.at(-1)!.has(key)) return key
        open.at(-1)!.add(key)
      }
      at = end
    }
  }
  return undefined
}

/** By hand, since a regular expression overflows the stack on a text of many megabytes. */
function closingQuote(text: string, opening: number): number {
  let at = opening + 1
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1
  return at
}

/** Whether a colon follows the string. */
function isKey(text: string, closing: number): boolean {
  let at = closing + 1
  while (" \t\n\r".includes(text[at]!)) at++
  return text[at] === ":"
}

/** A value for a message, which it must neither flood nor, nested too deeply to be written, replace by another error. */
function shown(value: unknown): string {
  try {
    const text = JSON.stringify(value) ?? "nothing"
    return text.length > 80 ? `${text.slice(0, 80)}...` : text
  } catch {
    return "a deeply nested value"
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value)

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
