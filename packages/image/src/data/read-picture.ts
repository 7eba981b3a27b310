import { DataError } from "@scalewise/nn"
import { decodeImage } from "./folder/decode-image.ts"
import { describeDamage } from "./folder/describe-damage.ts"
import { examineImageFile } from "./folder/examine-image-file.ts"
import { loadSharp } from "./folder/load-sharp.ts"
import { toIntensities } from "./resident-images.ts"

/** One picture, as numbers. */
export interface Picture {
  /** Intensities in [0, 1], row-major [height, width, channels]. */
  readonly images: Float32Array
  readonly height: number
  readonly width: number
  readonly channels: 1 | 3
}

/** Options of `readPicture`. */
export interface ReadPictureOptions {
  /** 1 for grey, 3 for colour. @defaultValue what the file has */
  readonly channels?: 1 | 3
  /** Height and width that it is brought to: scaled until the shorter side fits, cropped at the centre. @defaultValue its own */
  readonly size?: readonly [height: number, width: number]
}

/**
 * Reads a PNG, JPEG or WebP file.
 *
 * @throws DataError that names the file where it is no picture or a damaged one, ConfigError where the picture library is missing
 */
export async function readPicture(file: string, { channels, size }: ReadPictureOptions = {}): Promise<Picture> {
  const sharp = await loadSharp()
  const examined = await examineImageFile(file, sharp)
  if (examined === "no picture" || "reason" in examined)
    throw new DataError(
      `${file}: expected a PNG, JPEG or WebP picture, got a file that ${examined === "no picture" ? "is no picture" : examined.reason}; give another file`,
    )
  const { header } = examined
  const wanted = { height: size?.[0] ?? header.height, width: size?.[1] ?? header.width, channels: channels ?? header.channels }
  try {
    return { ...wanted, images: toIntensities(await decodeImage(file, wanted, sharp)) }
  } catch (cause) {
    throw new DataError(
      `${file}: expected a readable picture, got one that ${await describeDamage(file, header.format)}; mend it or give another file`,
      { cause },
    )
  }
}
