import { open } from "node:fs/promises"
import { describeDamage } from "./describe-damage.ts"
import { namedFormat, sniffedBytes, sniffFormat, type ImageFormat } from "./image-format.ts"
import type { SharpFunction } from "./load-sharp.ts"

/** What the header of a picture says. */
export interface ImageHeader {
  readonly format: ImageFormat
  /** As it is looked at: turned as its EXIF entry says. */
  readonly height: number
  readonly width: number
  /** 1 for grey; transparency is not counted. */
  readonly channels: 1 | 3
}

/** A picture's header, why a file cannot be one, or that it does not claim to be one. */
export type Examined = { readonly header: ImageHeader } | { readonly reason: string } | "no picture"

/**
 * Reads the header of a file, which is recognised by its content: a wrong extension does no harm. A file that neither
 * looks like a picture nor has the name of one is "no picture".
 */
export async function examineImageFile(file: string, sharp: SharpFunction): Promise<Examined> {
  let start: Uint8Array
  try {
    start = await firstBytes(file)
  } catch (error) {
    return { reason: `cannot be read (${(error as Error).message})` }
  }
  const sniffed = sniffFormat(start)
  const named = namedFormat(file)
  if (!sniffed) {
    if (!named) return "no picture"
    return { reason: start.length === 0 ? "is empty" : "is no picture: its first bytes are those of no PNG, JPEG or WebP file" }
  }
  if ("other" in sniffed) return { reason: `is a ${sniffed.other} picture, which is not read: convert it to PNG, JPEG or WebP` }
  try {
    const { autoOrient, space } = await sharp(file).metadata()
    return { header: { format: sniffed.format, ...autoOrient, channels: space === "b-w" || space === "grey16" ? 1 : 3 } }
  } catch {
    return { reason: await describeDamage(file, sniffed.format) }
  }
}

async function firstBytes(file: string): Promise<Uint8Array> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(sniffedBytes), 0, sniffedBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
