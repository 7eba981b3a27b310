import { imageSheet, type ImageSheetOptions } from "@scalewise/report"
import { writeAtomically } from "@scalewise/nn"

/** Pictures as they are drawn: [N, H, W, C], intensities in [0, 1]. */
export interface Pictures {
  readonly images: Float32Array
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** Picture `index` of a stack. */
export function onePicture(all: Pictures, index: number): Pictures {
  const size = all.height * all.width * all.channels
  return { ...all, images: all.images.subarray(index * size, (index + 1) * size) }
}

/** Writes pictures as one PNG: a single one as it is, several as a sheet. */
export async function writePicture(
  file: string,
  { images, height, width, channels }: Pictures,
  options: ImageSheetOptions = {},
): Promise<void> {
  const png = imageSheet({ data: images, height, width, channels: channels === 3 ? 3 : 1 }, { range: [0, 1], ...options })
  await writeAtomically(file, (sink) => sink(png))
}

/** About this many pixels wide is a sheet that is good to look at. */
const sheetWidth = 600

/** How far small pictures are enlarged in a sheet of so many columns. */
export const zoomFor = (width: number, columns: number): number => Math.max(1, Math.min(4, Math.floor(sheetWidth / (columns * width))))
