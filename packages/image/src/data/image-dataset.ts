import { ConfigError } from "@scalewise/nn"

/** Labelled images of one size, in memory. */
export interface ImageDataset {
  /** Intensities in [0, 1], row-major [size, height, width, channels]. */
  images: Float32Array
  /** Class of each image, [size]. */
  labels: Uint8Array
  height: number
  width: number
  channels: number
  /** Number of images. */
  size: number
}

/** The numbers of one image. */
export const pixelsOf = (dataset: Pick<ImageDataset, "height" | "width" | "channels">): number =>
  dataset.height * dataset.width * dataset.channels

/**
 * The images of `rows`, copied, in that order.
 *
 * @throws ConfigError for a row that the dataset does not have
 */
export function subset(dataset: ImageDataset, rows: ArrayLike<number>): ImageDataset {
  const pixels = pixelsOf(dataset)
  const images = new Float32Array(rows.length * pixels)
  const labels = new Uint8Array(rows.length)
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!
    if (!Number.isInteger(row) || row < 0 || row >= dataset.size)
      throw new ConfigError(`subset: expected rows from 0 to ${dataset.size - 1}, got ${row}`)
    images.set(dataset.images.subarray(row * pixels, (row + 1) * pixels), i * pixels)
    labels[i] = dataset.labels[row]!
  }
  return { ...dataset, images, labels, size: rows.length }
}
