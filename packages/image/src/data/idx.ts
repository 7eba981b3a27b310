import { readFile } from "node:fs/promises"
import { gunzipSync } from "node:zlib"
import { DataError } from "@scalewise/nn"

/** An idx file of unsigned bytes: its dimensions, slowest first, and its values. */
export interface IdxArray {
  shape: number[]
  values: Uint8Array
}

/**
 * Reads an idx file (the format of MNIST and its relatives), gzipped or not.
 *
 * @param file - path of the file; gzip is recognised by its first bytes, not by the name
 * @throws DataError when the file is missing, damaged, truncated, too long, or holds something else than unsigned bytes
 */
export async function readIdx(file: string): Promise<IdxArray> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (cause) {
    throw new DataError(`${file}: expected a readable idx file, got "${(cause as Error).message}"; check the path and its permissions`, {
      cause,
    })
  }
  return parseIdx(bytes, file)
}

/**
 * Parses the bytes of an idx file: two zero bytes, a type byte (0x08, unsigned bytes), the number of dimensions, each
 * dimension as a big-endian 32-bit number, then the values.
 *
 * @param name - what error messages call the file
 * @throws DataError as `readIdx`
 */
export function parseIdx(bytes: Uint8Array, name: string): IdxArray {
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? unzip(bytes, name) : bytes
  const again = "fetch the file again"
  if (plain.length < 4) throw new DataError(`${name}: expected an idx file, got only ${plain.length} bytes; ${again}`)
  const magic = [...plain.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("")
  if (!/^00000[8-9a-e]0[1-9]$/.test(magic))
    throw new DataError(
      `${name}: expected an idx file (magic number 00000801 for labels, 00000803 for images), got ${magic}; is it another file?`,
    )
  if (plain[2] !== 0x08)
    throw new DataError(
      `${name}: expected unsigned bytes (type 08), got idx type ${magic.slice(4, 6)}; convert the values to bytes from 0 to 255`,
    )
  const rank = plain[3]!
  const header = 4 + 4 * rank
  if (plain.length < header)
    throw new DataError(`${name}: expected a header of ${header} bytes for ${rank} dimensions, got ${plain.length} bytes; ${again}`)
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength)
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const size = shape.reduce((product, length) => product * length, 1)
  if (plain.length !== header + size) {
    const kind = plain.length < header + size ? "truncated" : "longer than it says"
    throw new DataError(
      `${name}: expected ${size} values for the dimensions ${shape.join(" x ")}, got ${plain.length - header} (the file is ${kind}); ${again}`,
    )
  }
  return { shape, values: plain.subarray(header) }
}

/** Node's zlib checks the checksum at the end of the stream, which catches a single flipped bit. */
function unzip(bytes: Uint8Array, name: string): Uint8Array {
  try {
    return gunzipSync(bytes)
  } catch (cause) {
    throw new DataError(`${name}: expected an intact gzip file, got "${(cause as Error).message}"; fetch the file again`, { cause })
  }
}
