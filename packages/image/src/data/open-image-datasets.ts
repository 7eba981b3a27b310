import { readdir, stat } from "node:fs/promises"
import path from "node:path"
import { ConfigError, DataError } from "@scalewise/nn"
import type { BrokenFile } from "./broken-file.ts"
import { openImageFolder, type ImageFolderOptions } from "./folder/image-folder.ts"
import type { ImageDataset, ImageDatasets } from "./image-dataset.ts"
import { isCifar10, loadCifar10 } from "./load-cifar10.ts"
import { isIdxFolder, loadMnist } from "./load-mnist.ts"
import type { OriginalImages } from "./original-images.ts"

/** Options of `openImageDatasets`; those of a folder of images are checked against the other kinds. */
export interface OpenImageDatasetsOptions extends ImageFolderOptions {
  /** Names of the classes of idx files, for instance `fashionMnistClasses`. @defaultValue the numbers up to the largest label */
  classes?: readonly string[] | undefined
}

/** The datasets of a path, and what was found on the way. */
export interface OpenedImageDatasets extends ImageDatasets {
  readonly kind: "idx" | "cifar10" | "folder"
  /** Left out, in the order of their names. */
  readonly broken: readonly BrokenFile[]
  /** Of a folder of images: files that are no pictures, and folders that belong to no split. */
  readonly unused: readonly string[]
  /** Of a folder of images: files whose extension names another format than they have; they are read all the same. */
  readonly misnamed: readonly string[]
  /** Formats and sizes on disk, the most frequent first. */
  readonly originals: readonly OriginalImages[]
}

/** The folder that the archive of CIFAR-10 unpacks to. */
const cifarFolder = "cifar-10-batches-bin"

/**
 * Opens the training and test images of a path: a folder of idx files (MNIST, Fashion-MNIST), of CIFAR-10's binary batches, or of PNG,
 * JPEG and WebP files in class folders.
 *
 * @throws DataError for a path that is none of these, and as `loadMnist`, `loadCifar10` and `openImageFolder`; ConfigError as
 * `openImageFolder`, and for a size that idx or CIFAR images do not have
 */
export async function openImageDatasets(folder: string, options: OpenImageDatasetsOptions = {}): Promise<OpenedImageDatasets> {
  const names = await namesIn(folder)
  if (isIdxFolder(names)) {
    const datasets = await loadMnist({ folder, classes: options.classes })
    return { kind: "idx", ...datasets, broken: [], ...nothingUnused(datasets, "idx", folder, options) }
  }
  if (isCifar10(names) || names.includes(cifarFolder)) {
    const batches = isCifar10(names) ? folder : path.join(folder, cifarFolder)
    const datasets = await loadCifar10({ folder: batches, strict: options.strict ?? false })
    return { kind: "cifar10", ...datasets, ...nothingUnused(datasets, "cifar10", folder, options) }
  }
  if (names.some((name) => /^(data_batch_\d|cifar-10-batches-py)$/.test(name)))
    throw new DataError(`${folder}: expected the binary version of CIFAR-10, got the one for Python; fetch cifar-10-binary.tar.gz`)
  return { kind: "folder", ...(await openImageFolder(folder, options)) }
}

function nothingUnused({ train, test }: ImageDatasets, format: string, folder: string, { size, channels }: ImageFolderOptions) {
  const { height, width } = train
  const [wantedHeight, wantedWidth] = typeof size === "number" ? [size, size] : typeof size === "object" ? size : [height, width]
  if (wantedHeight !== height || wantedWidth !== width || (channels ?? train.channels) !== train.channels)
    throw new ConfigError(
      `${folder}: expected no other size than ${sizeText(train)} for ${format} files, got ${sizeText({ height: wantedHeight, width: wantedWidth, channels: channels ?? train.channels })}; only folders of pictures are resized`,
    )
  return {
    unused: [],
    misnamed: [],
    originals: [{ format, height, width, channels: train.channels, count: train.size + test.size }],
  }
}

const sizeText = ({ height, width, channels }: Pick<ImageDataset, "height" | "width" | "channels">): string =>
  `${height} x ${width} x ${channels}`

async function namesIn(folder: string): Promise<string[]> {
  const what = "expected a folder of idx files, CIFAR-10 batches or pictures in class folders"
  const found = await stat(folder).catch((cause: unknown) => {
    throw new DataError(`${folder}: ${what}, got "${(cause as Error).message}"; check the path`, { cause })
  })
  if (!found.isDirectory()) throw new DataError(`${folder}: ${what}, got a file; name the folder that it lies in`)
  return readdir(folder)
}
