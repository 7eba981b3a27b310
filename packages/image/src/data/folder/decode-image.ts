import type { SharpFunction } from "./load-sharp.ts"

/** The size that pictures are brought to. */
export interface ImageSize {
  readonly height: number
  readonly width: number
  readonly channels: 1 | 3
}

/**
 * Reads a picture and brings it to a size: turned as its EXIF entry says, transparency laid over black, scaled (Lanczos) until the shorter
 * side fits, cropped at the centre, in sRGB or grey. A picture of that size keeps its bytes.
 *
 * @param input - path or content of a PNG, JPEG or WebP file
 * @returns bytes [height, width, channels]
 * @throws the decoder's error for a picture that is cut off or damaged
 */
export async function decodeImage(
  input: string | Uint8Array,
  { height, width, channels }: ImageSize,
  sharp: SharpFunction,
): Promise<Uint8Array> {
  const bytes = await sharp(input, { failOn: "error", autoOrient: true })
    .flatten({ background: "black" })
    .resize(width, height, { fit: "cover", position: "centre" })
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .raw({ depth: "uchar" })
    .toBuffer()
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
