import { readFile } from "node:fs/promises"
import { gunzipSync } from "node:zlib"
import { DataError } from "@scalewise/nn"

/**
 * The bytes of a file; gzip is recognised by its first two bytes and undone.
 *
 * @throws DataError for a file that cannot be read or a damaged gzip
 */
export async function readBytes(file: string): Promise<Uint8Array> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (cause) {
    throw new DataError(`${file}: expected a readable file of graphs, got "${(cause as Error).message}"; check the path`, { cause })
  }
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes)
  } catch (cause) {
    throw new DataError(`${file}: expected an intact gzip file, got "${(cause as Error).message}"; fetch the file again`, { cause })
  }
}

/** The lines of a text with their numbers from 1, without line ends; the file as a whole may be longer than a string can be. */
export function* linesOf(bytes: Uint8Array): Generator<{ readonly number: number; readonly text: string }> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: false })
  for (let start = 0, number = 1; start < bytes.length; number++) {
    const found = bytes.indexOf(0x0a, start)
    const end = found < 0 ? bytes.length : found
    yield { number, text: decoder.decode(bytes.subarray(start, end)).replace(/\r$/, "") }
    start = end + 1
  }
}
