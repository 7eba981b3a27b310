import { type RandomStream } from "@scalewise/nn"
import { checkSameSize, countImages, type ImageSet } from "../extractor/image-set.ts"
import { nearestPoints } from "./nearest-points.ts"
import { pickImages } from "./pick-images.ts"

/** A sample and the training image that it resembles most. */
export interface NearestPair {
  /** Row of the sample. */
  sample: number
  /** Row of the training image. */
  train: number
  /** Euclidean distance of their pixels. */
  distance: number
}

/** Whether samples are nearer to training images than unseen real images are. */
export interface Memorisation {
  /** Samples and unseen images that were looked at, and training images that were searched. */
  counts: { samples: number; test: number; train: number }
  /** Distances of samples to their nearest training image. */
  samples: { median: number; least: number }
  /** The floor: the same of test images, which cannot have been copied. */
  test: { median: number; least: number }
  /** Share of samples that are nearer to a training image than 95 % of the test images are: .05 where samples are like test images. */
  closeShare: number
  /** The pairs that are nearest, nearest first, to be looked at. */
  closest: NearestPair[]
}

/** Options of `memorisation`. */
export interface MemorisationOptions {
  samples: ImageSet
  train: ImageSet
  test: ImageSet
  /** Picks the samples and test images that are looked at. */
  random: RandomStream
  /** How many of each at most. @defaultValue 1000 */
  count?: number
  /** Pairs to return. @defaultValue 10 */
  pairs?: number
}

/**
 * Nearest training images of samples by pixels, beside the same for held-out real images. Samples far nearer than the floor are
 * copies. Samples a little nearer need not be: smooth pictures are near to many; so look at the pairs.
 *
 * @throws ShapeError where the images differ in size
 */
export function memorisation({ samples, train, test, random, count = 1000, pairs = 10 }: MemorisationOptions): Memorisation {
  checkSameSize(samples, train, "memorisation")
  checkSameSize(test, train, "memorisation")
  const width = train.height * train.width * train.channels
  const search = (set: ImageSet, name: string) => {
    const picked = pickImages(set, count, random.fold(name))
    const { indices } = nearestPoints(picked.images, train.images, { width })
    // Matrix products lose the digits of small distances, the ones that matter here.
    const distances = Float64Array.from(indices, (row, i) => exactDistance(picked.images, i, train.images, row, width))
    return { rows: picked.rows, indices, distances, sorted: distances.toSorted() }
  }
  const [mine, floor] = [search(samples, "samples"), search(test, "test")]
  const threshold = quantile(floor.sorted, 0.05)
  return {
    counts: { samples: mine.rows.length, test: floor.rows.length, train: countImages(train) },
    samples: { median: quantile(mine.sorted, 0.5), least: mine.sorted[0]! },
    test: { median: quantile(floor.sorted, 0.5), least: floor.sorted[0]! },
    closeShare: mine.distances.filter((distance) => distance < threshold).length / mine.distances.length,
    closest: Array.from(mine.rows, (sample, i) => ({ sample, train: mine.indices[i]!, distance: mine.distances[i]! }))
      .sort((one, other) => one.distance - other.distance)
      .slice(0, pairs),
  }
}

function exactDistance(a: Float32Array, i: number, b: Float32Array, j: number, width: number): number {
  let sum = 0
  for (let at = 0; at < width; at++) sum += (a[i * width + at]! - b[j * width + at]!) ** 2
  return Math.sqrt(sum)
}

/** Between the two nearest values, linearly. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!)
}
