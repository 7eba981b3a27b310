import path from "node:path"
import { DataError } from "@scalewise/nn"
import { checkRows } from "../check-rows.ts"
import { concurrently } from "./concurrently.ts"
import { decodeImage, type ImageSize } from "./decode-image.ts"
import { pixelsOf, type ImageDataset } from "../image-dataset.ts"
import type { SharpFunction } from "./load-sharp.ts"
import type { PixelCache } from "./pixel-cache.ts"
import { toIntensities } from "../resident-images.ts"

/** A dataset whose pictures stay on disk until they are read. */
export interface StreamedImages extends ImageDataset {
  /** File of each image, from the dataset's folder. */
  readonly files: readonly string[]
  read(rows: ArrayLike<number>): Promise<Float32Array>
}

/** Options of `streamedImages`. */
export interface StreamedImagesOptions {
  folder: string
  files: readonly string[]
  labels: ArrayLike<number>
  classes: readonly string[]
  size: ImageSize
  /** Holds pictures that were read. */
  cache: PixelCache
  sharp: SharpFunction
}

/** So many pictures are decoded at a time: enough for the library's four threads. */
export const decodedAtOnce = 8

/** A dataset of picture files that are decoded when they are read. Errors name the file. */
export function streamedImages({ folder, files, labels, classes, size, cache, sharp }: StreamedImagesOptions): StreamedImages {
  const each = pixelsOf(size)
  const bytesOf = async (row: number): Promise<Uint8Array> => {
    const file = files[row]!
    const cached = cache.get(file)
    if (cached) return cached
    try {
      const bytes = await decodeImage(path.join(folder, file), size, sharp)
      cache.add(file, bytes)
      return bytes
    } catch (cause) {
      throw new DataError(
        `${path.join(folder, file)}: expected a picture as it was when the folder was opened, got one that cannot be decoded; mend or remove it and open the folder again`,
        { cause },
      )
    }
  }
  return {
    ...size,
    size: files.length,
    classes,
    labels: Int32Array.from(labels),
    files,
    async read(rows) {
      checkRows(rows, files.length, "read")
      const pixels = new Float32Array(rows.length * each)
      await concurrently(Array.from(rows), { limit: decodedAtOnce }, async (row, i) =>
        pixels.set(toIntensities(await bytesOf(row)), i * each),
      )
      return pixels
    },
  }
}
