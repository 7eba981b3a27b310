/**
 * Labelled images of one size that are read row by row, from memory (`ResidentImages`) or from disk. Everything that trains,
 * evaluates or draws takes one of these.
 */
export interface ImageDataset {
  /** Number of images. */
  readonly size: number
  readonly height: number
  readonly width: number
  /** 1 for grey, 3 for red, green and blue. */
  readonly channels: number
  /** Names of the classes; the index is the label. */
  readonly classes: readonly string[]
  /** Class of each image, [size]. */
  readonly labels: Int32Array
  /**
   * The images of `rows`, in that order: intensities in [0, 1], row-major [rows, height, width, channels]. The array is the caller's.
   *
   * @throws ConfigError for a row that the dataset does not have
   */
  read(rows: ArrayLike<number>): Float32Array | Promise<Float32Array>
}

/** A training set and a test set of the same kind of images. */
export interface ImageDatasets<Images extends ImageDataset = ImageDataset> {
  readonly train: Images
  readonly test: Images
}

/** The numbers of one image. */
export const pixelsOf = (dataset: Pick<ImageDataset, "height" | "width" | "channels">): number =>
  dataset.height * dataset.width * dataset.channels
