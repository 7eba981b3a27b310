import type { RandomStream } from "@scalewise/nn"
import { countImages, type ImageSet } from "../extractor/image-set.ts"
import { gatherRows } from "../experiment/gather-rows.ts"

/** Some images of a set, with their rows there. */
export interface PickedImages extends ImageSet {
  readonly rows: Int32Array
}

/**
 * `count` random images of a set, or all of them where it has no more. Never take the first ones instead: the files of MNIST's test
 * set are ordered, its first half is cleaner.
 */
export function pickImages(set: ImageSet, count: number, random: RandomStream): PickedImages {
  const { height, width, channels } = set
  const size = countImages(set)
  const rows = random.permutation(size).subarray(0, Math.min(count, size)).toSorted()
  return { rows, images: gatherRows(set.images, height * width * channels, rows), height, width, channels }
}
