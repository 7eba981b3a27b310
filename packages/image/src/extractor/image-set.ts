import { ShapeError } from "@scalewise/nn"

/** Images of one size in memory. Every metric takes them like this; an `ImageDataset` is one too. */
export interface ImageSet {
  /** Intensities in [0, 1], row-major [N, height, width, channels]. */
  readonly images: Float32Array
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** Images that each belong to a class. */
export interface LabelledImages extends ImageSet {
  /** Class of each image, [N]. */
  readonly labels: ArrayLike<number>
}

/**
 * The number of images in a set.
 *
 * @param labels - that there must be one of for each image. @defaultValue none
 * @throws ShapeError where the numbers are not a whole number of images, or the labels not one each
 */
export function countImages({ images, height, width, channels }: ImageSet, labels?: ArrayLike<number>): number {
  const count = images.length / (height * width * channels)
  if (!Number.isInteger(count))
    throw new ShapeError(`image set: expected a multiple of ${height} x ${width} x ${channels} numbers, got ${images.length}`)
  if (labels && labels.length !== count) throw new ShapeError(`image set: expected ${count} labels, one an image, got ${labels.length}`)
  return count
}

/**
 * Checks that two sets have images of one size.
 *
 * @throws ShapeError that names both sizes
 */
export function checkSameSize(a: ImageSet, b: ImageSet, where: string): void {
  const sizeOf = ({ height, width, channels }: ImageSet) => `${height} x ${width} x ${channels}`
  if (sizeOf(a) !== sizeOf(b)) throw new ShapeError(`${where}: expected images of one size, got ${sizeOf(a)} and ${sizeOf(b)}`)
}
