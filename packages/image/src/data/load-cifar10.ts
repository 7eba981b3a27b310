import { readdir, readFile } from "node:fs/promises"
import path from "node:path"
import { DataError } from "@scalewise/nn"
import { refuseBroken, type BrokenFile } from "./broken-file.ts"
import type { ImageDatasets } from "./image-dataset.ts"
import { residentImages, type ResidentImages } from "./resident-images.ts"

/** Options of `loadCifar10`. */
export interface LoadCifar10Options {
  /** Holds data_batch_1.bin to data_batch_5.bin, test_batch.bin and batches.meta.txt. */
  folder: string
  /** Refuse missing and cut batches instead of leaving them out. @defaultValue false */
  strict?: boolean
}

/** The datasets, and what was left out. */
export interface LoadedCifar10 extends ImageDatasets<ResidentImages> {
  readonly broken: readonly BrokenFile[]
}

const side = 32
const plane = side * side
const recordBytes = 1 + 3 * plane
const trainFiles = [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`)
const testFile = "test_batch.bin"

/** Names of the classes where batches.meta.txt is absent, in the order of the labels. */
const cifar10Classes = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]

/** Whether the names in a folder are those of the binary version of CIFAR-10. */
export const isCifar10 = (names: readonly string[]): boolean => names.some((name) => name === testFile || trainFiles.includes(name))

/**
 * Loads the binary version of CIFAR-10 (https://www.cs.toronto.edu/~kriz/cifar.html): records of a label byte and 32 x 32 bytes each of
 * red, green and blue. In memory the channels of a pixel lie together. Missing batches, cut records and records whose label has no class
 * are left out.
 *
 * @throws DataError where a file cannot be read, where training or test records are missing altogether, and with `strict` for anything
 * left out
 */
export async function loadCifar10({ folder, strict = false }: LoadCifar10Options): Promise<LoadedCifar10> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new DataError(`${folder}: expected a folder of CIFAR-10 batches, got "${(cause as Error).message}"; check the path`, { cause })
  })
  const classes = names.includes("batches.meta.txt")
    ? (await read(path.join(folder, "batches.meta.txt"))).toString("utf8").split(/\r?\n/).filter(Boolean)
    : cifar10Classes
  const broken: BrokenFile[] = []
  const load = async (files: readonly string[]): Promise<ResidentImages> => {
    const batches: Batch[] = []
    for (const file of files)
      if (names.includes(file)) batches.push(parseBatch(await read(path.join(folder, file)), file, classes.length, broken))
      else broken.push({ file, reason: "is missing" })
    return residentImages({ ...joined(batches), height: side, width: side, channels: 3, classes })
  }
  const [train, test] = [await load(trainFiles), await load([testFile])]
  if (strict) refuseBroken(folder, broken)
  for (const [{ size }, what] of [[train, trainFiles[0]!] as const, [test, testFile] as const])
    if (size === 0)
      throw new DataError(`${folder}: expected whole records of ${recordBytes} bytes in ${what}, got none; fetch the binary version again`)
  return { train, test, broken }
}

interface Batch {
  readonly pixels: Uint8Array
  readonly labels: Uint8Array
}

function parseBatch(bytes: Uint8Array, file: string, classes: number, broken: BrokenFile[]): Batch {
  const records = Math.floor(bytes.length / recordBytes)
  const rest = bytes.length - records * recordBytes
  if (rest > 0) broken.push({ file, reason: `is cut off: ${rest} bytes follow ${records} whole records of ${recordBytes} bytes` })
  const pixels = new Uint8Array(records * 3 * plane)
  const labels = new Uint8Array(records)
  let kept = 0
  let refused: { record: number; label: number; count: number } | undefined
  for (let record = 0; record < records; record++) {
    const from = record * recordBytes
    const label = bytes[from]!
    if (label >= classes) {
      refused = { record, label, ...refused, count: (refused?.count ?? 0) + 1 }
      continue
    }
    const to = kept * 3 * plane
    for (let channel = 0; channel < 3; channel++)
      for (let at = 0; at < plane; at++) pixels[to + 3 * at + channel] = bytes[from + 1 + channel * plane + at]!
    labels[kept++] = label
  }
  if (refused)
    broken.push({
      file,
      reason: `has ${refused.count} of ${records} records without a class: record ${refused.record} says ${refused.label}, the last class is ${classes - 1}`,
    })
  return { pixels: pixels.subarray(0, kept * 3 * plane), labels: labels.subarray(0, kept) }
}

function joined(batches: readonly Batch[]): Batch {
  const join = (parts: readonly Uint8Array[]): Uint8Array => {
    const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const part of parts) {
      whole.set(part, at)
      at += part.length
    }
    return whole
  }
  return { pixels: join(batches.map(({ pixels }) => pixels)), labels: join(batches.map(({ labels }) => labels)) }
}

const read = (file: string): Promise<Buffer> =>
  readFile(file).catch((cause: unknown) => {
    throw new DataError(`${file}: expected a readable file, got "${(cause as Error).message}"; check its permissions`, { cause })
  })
