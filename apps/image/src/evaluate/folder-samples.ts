import { openImageFolder, toResident, type ResidentImages } from "@scalewise/image"
import { DataError } from "@scalewise/nn"

/** Pictures of a folder that are judged as samples. */
export interface FolderSamples {
  readonly images: Float32Array
  /** Undefined where the folder has no class folders. */
  readonly labels: Int32Array | undefined
}

/**
 * Reads a folder of pictures, their classes from their sub-folders. Nothing is resized: a picture of another size was not made for these data.
 *
 * @param data - the real images that they are held against
 * @param least - how many pictures there must be
 * @throws DataError for pictures of another size, too few of them, broken ones, and class folders that the data do not have
 */
export async function folderSamples(folder: string, data: ResidentImages, least: number): Promise<FolderSamples> {
  const channels = data.channels === 3 ? 3 : 1
  const { train, test } = await openImageFolder(folder, { channels, testFraction: 0, strict: true })
  const parts = [await toResident(train), ...(test.size > 0 ? [await toResident(test)] : [])]
  const [first] = parts as [ResidentImages]
  if (first.height !== data.height || first.width !== data.width)
    throw new DataError(
      `${folder}: expected pictures of ${data.height} x ${data.width}, as the data are, got ${first.height} x ${first.width}; score them against their own data`,
    )
  const count = parts.reduce((sum, { size }) => sum + size, 0)
  if (count < least) throw new DataError(`${folder}: expected at least ${least} pictures to judge, got ${count}; draw more`)
  const images = new Float32Array(count * data.height * data.width * channels)
  const labels = new Int32Array(count)
  let done = 0
  for (const part of parts) {
    images.set(part.images, done * data.height * data.width * channels)
    labels.set(part.labels, done)
    done += part.size
  }
  const names = first.classes
  if (names.length === 1 && names[0] === "image") return { images, labels: undefined }
  const unknown = names.find((name) => !data.classes.includes(name))
  if (unknown !== undefined)
    throw new DataError(
      `${folder}: expected class folders named as the classes of the data (${data.classes.slice(0, 10).join(", ")}), got "${unknown}"; rename it, or put all pictures into one folder`,
    )
  return { images, labels: labels.map((label) => data.classes.indexOf(names[label]!)) }
}
