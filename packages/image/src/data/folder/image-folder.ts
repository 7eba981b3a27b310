import path from "node:path"
import { ConfigError, DataError, randomStream } from "@scalewise/nn"
import { refuseBroken, type BrokenFile } from "../broken-file.ts"
import { classFolders } from "./class-folders.ts"
import { concurrently } from "./concurrently.ts"
import { decodeImage, type ImageSize } from "./decode-image.ts"
import { describeDamage } from "./describe-damage.ts"
import { examineImageFile, type ImageHeader } from "./examine-image-file.ts"
import type { ImageDatasets } from "../image-dataset.ts"
import { namedFormat } from "./image-format.ts"
import { listImageFiles, type ListedFile } from "./list-image-files.ts"
import { loadSharp } from "./load-sharp.ts"
import { groupOriginals, type OriginalImages } from "../original-images.ts"
import { pixelCache } from "./pixel-cache.ts"
import { splitByClass } from "./split-by-class.ts"
import { decodedAtOnce, streamedImages, type StreamedImages } from "./streamed-images.ts"

/** Options of `openImageFolder`. */
export interface ImageFolderOptions {
  /** Side of the square, or [height, width], that pictures are brought to; "smallest" is the shortest side of all. @defaultValue the size that all have */
  size?: number | readonly [number, number] | "smallest" | undefined
  /** 1 for grey, 3 for colour. @defaultValue 1 where all pictures are grey, else 3 */
  channels?: 1 | 3 | undefined
  /** Share of each class that is held out where there is no test folder. @defaultValue 0.1 */
  testFraction?: number
  /** Decides which pictures are held out. @defaultValue 0 */
  seed?: number
  /** Refuse a folder with broken files instead of leaving them out. @defaultValue false */
  strict?: boolean
  /** Decode every picture once now, or trust the headers and fail when a damaged one is read. @defaultValue "pixels" */
  check?: "pixels" | "header"
  /** Most bytes of decoded pictures to keep in memory. @defaultValue 256 MiB */
  cacheBytes?: number
  /** Stops the check. @defaultValue none */
  signal?: AbortSignal | undefined
  /** Told how far the check is. @defaultValue nobody */
  onProgress?: ((done: number, total: number) => void) | undefined
}

/** The datasets of a folder, and what was found on the way. */
export interface OpenedImageFolder extends ImageDatasets<StreamedImages> {
  /** Left out, in the order of their names. */
  readonly broken: readonly BrokenFile[]
  /** Files that are no pictures, and folders beside `train` and `test`. */
  readonly unused: readonly string[]
  /** Files whose extension names another format than they have; they are read all the same. */
  readonly misnamed: readonly string[]
  /** Formats and sizes on disk, the most frequent first. */
  readonly originals: readonly OriginalImages[]
}

/** A picture that can be read, as far as is known. */
interface Picture extends ListedFile {
  readonly header: ImageHeader
  readonly label: number
}

/**
 * Opens a folder of PNG, JPEG and WebP files: `CLASS/...`, or `train/CLASS/...` and `test/CLASS/...`; without class folders all
 * pictures are of one class, "image". Pictures stay on disk and are decoded when they are read.
 * Without a test folder a share of every class is held out; which pictures, depends on their names and the seed alone.
 *
 * @throws DataError for a folder without pictures, a test class that training lacks, and with `strict` for broken files; ConfigError for
 * pictures of several sizes without `size`, options that cannot work, and where sharp is missing
 */
export async function openImageFolder(folder: string, options: ImageFolderOptions = {}): Promise<OpenedImageFolder> {
  const { testFraction = 0.1, seed = 0, strict = false, check = "pixels", cacheBytes = 2 ** 28, signal, onProgress } = options
  const sharp = await loadSharp()
  const { files, ...listing } = await listImageFiles(folder)
  const at = (name: string): string => path.join(folder, name)
  const examined = await concurrently(files, { limit: decodedAtOnce, signal }, ({ name }) => examineImageFile(at(name), sharp))
  const unused = [...listing.unused, ...files.filter((_, i) => examined[i] === "no picture").map(({ name }) => name)]
  const claimed = files.filter((_, i) => examined[i] !== "no picture")
  if (claimed.length === 0) {
    const found = unused.length === 0 ? "an empty folder" : `none among ${unused.length} files and folders`
    throw new DataError(`${folder}: expected PNG, JPEG or WebP pictures in class folders, got ${found}; name another folder`)
  }

  const classes = classFolders(folder, claimed)
  const broken = [...listing.broken]
  const pictures: Picture[] = []
  for (const [i, file] of files.entries()) {
    const found = examined[i]!
    if (found === "no picture") continue
    const label = classes.label(file)
    if ("reason" in found) broken.push({ file: file.name, reason: found.reason })
    else if (label === undefined) broken.push({ file: file.name, reason: "lies outside the class folders" })
    else pictures.push({ ...file, header: found.header, label })
  }
  sortByName(broken)
  if (strict) refuseBroken(folder, broken) // before hours of decoding
  if (pictures.length === 0) throw noneReadable(folder, broken)
  // Over all pictures with a sound header: damage that shows in the pixels moves no other picture to the other side.
  const isTest = files.some(({ split }) => split === "test")
    ? pictures.map(({ split }) => split === "test")
    : splitByClass(pictures, { fraction: testFraction, random: randomStream(seed).fold("image folder") })

  const cache = pixelCache(cacheBytes)
  const size = targetSize(folder, pictures, options)
  let done = 0
  const faults = await concurrently(check === "pixels" ? pictures : [], { limit: decodedAtOnce, signal }, async ({ name, header }) => {
    try {
      cache.add(name, await decodeImage(at(name), size, sharp))
      return undefined
    } catch {
      return await describeDamage(at(name), header.format)
    } finally {
      onProgress?.(++done, pictures.length)
    }
  })
  for (const [i, reason] of faults.entries()) if (reason !== undefined) broken.push({ file: pictures[i]!.name, reason })
  sortByName(broken)
  if (strict) refuseBroken(folder, broken)
  const readable = pictures.filter((_, i) => faults[i] === undefined)
  if (readable.length === 0) throw noneReadable(folder, broken)

  const make = (test: boolean): StreamedImages => {
    const chosen = pictures.filter((_, i) => faults[i] === undefined && isTest[i] === test)
    return streamedImages({
      folder,
      files: chosen.map(({ name }) => name),
      labels: chosen.map(({ label }) => label),
      classes: classes.names,
      size,
      cache,
      sharp,
    })
  }
  return {
    train: make(false),
    test: make(true),
    broken,
    unused,
    misnamed: readable.filter(({ name, header }) => namedFormat(name) !== header.format).map(({ name }) => name),
    originals: groupOriginals(readable.map(({ header }) => header)),
  }
}

/** The size that all pictures are brought to. */
function targetSize(folder: string, pictures: readonly Picture[], { size, channels }: ImageFolderOptions): ImageSize {
  const headers = pictures.map(({ header }) => header)
  const depth = channels ?? (headers.every((header) => header.channels === 1) ? 1 : 3)
  const smallest = headers.reduce((least, { height, width }) => Math.min(least, height, width), Infinity)
  const first = headers[0]!
  const second = headers.find(({ height, width }) => height !== first.height || width !== first.width)
  if (size === undefined && second)
    throw new ConfigError(
      `${folder}: expected pictures of one size, or a size to bring them to, got ${first.height} x ${first.width} and ${second.height} x ${second.width} among others; give size, for example ${Math.min(smallest, 64)}`,
    )
  const wanted = size === "smallest" ? smallest : (size ?? [first.height, first.width])
  const [height, width] = typeof wanted === "number" ? [wanted, wanted] : wanted
  if (![height, width].every((length) => Number.isInteger(length) && length >= 1 && length <= 8192))
    throw new ConfigError(`image folder: expected a size from 1 to 8192, got ${height} x ${width}; give the side in pixels`)
  return { height, width, channels: depth }
}

const noneReadable = (folder: string, broken: readonly BrokenFile[]): DataError =>
  new DataError(
    `${folder}: expected at least one readable picture, got ${broken.length} that are not, the first of them ${broken[0]!.file}, which ${broken[0]!.reason}; fetch the pictures again`,
  )

const sortByName = (broken: BrokenFile[]): void => void broken.sort((a, b) => (a.file < b.file ? -1 : 1))
