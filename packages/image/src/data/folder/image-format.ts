/** Formats that folders of images may hold. */
export type ImageFormat = "png" | "jpeg" | "webp"

/** What the first bytes of a file say: a format that is read, the name of another kind of picture, or nothing known. */
export type Sniffed = { readonly format: ImageFormat } | { readonly other: string } | undefined

/** So many bytes at the start of a file are enough for `sniffFormat`. */
export const sniffedBytes = 12

const latin = (bytes: Uint8Array, from: number, to: number): string => String.fromCharCode(...bytes.subarray(from, to))

/**
 * Recognises a picture by its content, whatever its name is.
 *
 * @param start - the first `sniffedBytes` bytes, or all there are
 */
export function sniffFormat(start: Uint8Array): Sniffed {
  if (latin(start, 0, 8) === "\x89PNG\r\n\x1a\n") return { format: "png" }
  if (latin(start, 0, 3) === "\xff\xd8\xff") return { format: "jpeg" }
  if (latin(start, 0, 4) === "RIFF" && latin(start, 8, 12) === "WEBP") return { format: "webp" }
  if (/^GIF8[79]a/.test(latin(start, 0, 6))) return { other: "GIF" }
  if (["II*\0", "MM\0*"].includes(latin(start, 0, 4))) return { other: "TIFF" }
  if (/^ftyp(avi[fs]|hei[cfx]|mif1)/.test(latin(start, 4, 12))) return { other: "AVIF or HEIC" }
  if (latin(start, 0, 4) === "8BPS") return { other: "Photoshop" }
  if (latin(start, 0, 2) === "BM" && start[6] === 0 && start[7] === 0) return { other: "BMP" }
  return undefined
}

/** The format that a file's name promises. */
export function namedFormat(file: string): ImageFormat | undefined {
  const extension = /\.([a-z]+)$/i.exec(file)?.[1]?.toLowerCase()
  if (extension === "png" || extension === "webp") return extension
  return extension === "jpg" || extension === "jpeg" || extension === "jpe" || extension === "jfif" ? "jpeg" : undefined
}
