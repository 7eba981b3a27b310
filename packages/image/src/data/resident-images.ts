import { DataError, ShapeError } from "@scalewise/nn"
import { checkRows } from "./check-rows.ts"
import { pixelsOf, type ImageDataset } from "./image-dataset.ts"

/** A dataset in memory: reading does not wait. */
export interface ResidentImages extends ImageDataset {
  /** The values as they are held, [size, height, width, channels]: bytes from 0 to 255, or intensities in [0, 1]. */
  readonly pixels: Uint8Array | Float32Array
  /** All intensities in [0, 1]; of a dataset of bytes they are made at the first use and kept, at four times the memory. */
  readonly images: Float32Array
  read(rows: ArrayLike<number>): Float32Array
}

/** Options of `residentImages`. */
export interface ResidentImagesOptions {
  /** Row-major [size, height, width, channels]: bytes from 0 to 255 or intensities in [0, 1]. Not copied. */
  pixels: Uint8Array | Float32Array
  /** Class of each image, [size]. */
  labels: ArrayLike<number>
  height: number
  width: number
  /** @defaultValue 1 */
  channels?: number
  /** Names of the classes. @defaultValue the numbers up to the largest label */
  classes?: readonly string[]
}

/** Intensity of each byte. */
const intensities = Float32Array.from({ length: 256 }, (_, byte) => byte / 255)

/**
 * A dataset of images in memory. Bytes stay bytes until they are read: the 60,000 images of MNIST take 47 MB instead of 188.
 *
 * @throws ShapeError where there are not as many labels as whole images, DataError for a label without a class
 */
export function residentImages(options: ResidentImagesOptions): ResidentImages {
  const { pixels, height, width, channels = 1 } = options
  const labels = Int32Array.from(options.labels)
  const size = labels.length
  const each = pixelsOf({ height, width, channels })
  if (pixels.length !== size * each)
    throw new ShapeError(
      `residentImages: expected ${size} images [${height}, ${width}, ${channels}], one for each label, got ${pixels.length} values; give every image one label`,
    )
  const classes = options.classes ?? Array.from({ length: labels.reduce((most, label) => Math.max(most, label), -1) + 1 }, (_, i) => `${i}`)
  checkLabels(labels, classes.length)
  let images = pixels instanceof Float32Array ? pixels : undefined
  return {
    size,
    height,
    width,
    channels,
    classes,
    labels,
    pixels,
    get images() {
      return (images ??= toIntensities(pixels))
    },
    read(rows) {
      checkRows(rows, size, "read")
      return toIntensities(gatherRows(pixels, rows, each))
    },
  }
}

/**
 * The images of `rows`, copied, in that order; bytes stay bytes.
 *
 * @throws ConfigError for a row that the dataset does not have
 */
export function subset(dataset: ResidentImages, rows: ArrayLike<number>): ResidentImages {
  checkRows(rows, dataset.size, "subset")
  const { height, width, channels, classes } = dataset
  const labels = Int32Array.from(rows, (row) => dataset.labels[row]!)
  return residentImages({ pixels: gatherRows(dataset.pixels, rows, pixelsOf(dataset)), labels, height, width, channels, classes })
}

/**
 * A dataset in memory, for what needs all images at once: metrics, small test sets. One that is there already is returned as it is.
 *
 * @throws DataError for a picture that can no longer be read
 */
export async function toResident(dataset: ImageDataset): Promise<ResidentImages> {
  if ("pixels" in dataset) return dataset as ResidentImages
  const { size, height, width, channels, labels, classes } = dataset
  const pixels = await dataset.read(Int32Array.from({ length: size }, (_, row) => row))
  return residentImages({ pixels, labels, height, width, channels, classes })
}

/**
 * Bytes from 0 to 255 as intensities in [0, 1]; intensities are returned as they are.
 */
export function toIntensities(pixels: Uint8Array | Float32Array): Float32Array {
  if (pixels instanceof Float32Array) return pixels
  const images = new Float32Array(pixels.length)
  for (let i = 0; i < images.length; i++) images[i] = intensities[pixels[i]!]!
  return images
}

function gatherRows(pixels: Uint8Array | Float32Array, rows: ArrayLike<number>, width: number): Uint8Array | Float32Array {
  const gathered = pixels instanceof Float32Array ? new Float32Array(rows.length * width) : new Uint8Array(rows.length * width)
  for (let i = 0; i < rows.length; i++) gathered.set(pixels.subarray(rows[i]! * width, (rows[i]! + 1) * width), i * width)
  return gathered
}

function checkLabels(labels: Int32Array, classes: number): void {
  const row = labels.findIndex((label) => label < 0 || label >= classes)
  if (row >= 0)
    throw new DataError(
      `residentImages: expected labels from 0 to ${classes - 1}, one of the ${classes} classes, got ${labels[row]} for image ${row}; name all classes or mend the labels`,
    )
}
