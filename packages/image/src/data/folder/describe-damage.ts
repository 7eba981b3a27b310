import { readFile } from "node:fs/promises"
import type { ImageFormat } from "./image-format.ts"

/**
 * Why a picture that begins well cannot be decoded, to be read after its name. The decoder's own words are not used: it keeps them in one
 * place for all pictures that it decodes at a time, so they may be those of another file.
 */
export async function describeDamage(file: string, format: ImageFormat): Promise<string> {
  const bytes = await readFile(file).catch((error: unknown) => (error as Error).message)
  if (typeof bytes === "string") return `cannot be read (${bytes})`
  return lacksEnd(bytes, format) ? "is cut off: its end is missing" : "is damaged: it cannot be decoded"
}

/** Some writers add bytes after the end. */
const tailBytes = 256

function lacksEnd(bytes: Buffer, format: ImageFormat): boolean {
  const tail = bytes.subarray(Math.max(0, bytes.length - tailBytes))
  if (format === "png") return !tail.includes("IEND")
  if (format === "jpeg") return !tail.includes(Buffer.of(0xff, 0xd9))
  return bytes.length < 8 || bytes.readUInt32LE(4) + 8 > bytes.length
}
