import { ConfigError, randomStream, type RandomStream } from "@scalewise/nn"
import { pixelsOf, type ImageDatasets } from "../data/image-dataset.ts"
import { subset, type ResidentImages } from "../data/resident-images.ts"
import type { ExperimentConfig } from "./config.ts"
import { noiseBank, type NoiseBank } from "./noise-bank.ts"

/** The images and the noise that every model of one seed shares. Arrays of images are row-major [images, P], in the config's range. */
export interface SeedData {
  seed: number
  /** Root of everything random in the models of this seed. */
  random: RandomStream
  /** Height and width. */
  side: number
  /** P, pixels of an image. */
  pixels: number
  train: Float32Array
  test: Float32Array
  testLabels: Int32Array
  /** The test images with the noise of training. */
  noisy: Float32Array
  /** The test images with the same noise, scaled to the shifted deviation. */
  shifted: Float32Array
  /** Where training noise comes from. */
  bank: NoiseBank
}

/**
 * Draws the images and the test noise of a seed. The first test images of the result are a random choice, since the order of the
 * test set is shuffled.
 *
 * @throws ConfigError for images that are not square and grey
 */
export function seedData({ train, test }: ImageDatasets<ResidentImages>, config: ExperimentConfig, seed: number): SeedData {
  for (const { height, width, channels } of [train, test])
    if (height !== width || channels !== 1)
      throw new ConfigError(
        `experiment: expected square grey images, got ${height} x ${width} with ${channels} channels; choose another dataset`,
      )
  if (train.size < config.batch)
    throw new ConfigError(`experiment: expected at least one batch of ${config.batch} training images, got ${train.size}; lower the batch`)
  const random = randomStream(seed)
  const pixels = pixelsOf(train)
  const trained = choose(train, config.trainImages, random.fold("train images"))
  const tested = choose(test, config.testImages, random.fold("test images"))
  const testImages = inRange(tested.images, config.range)
  const noise = random.fold("test noise").normalValues([testImages.length])
  const corrupted = (sigma: number) => testImages.map((value, i) => value + sigma * noise[i]!)
  return {
    seed,
    random,
    side: train.height,
    pixels,
    train: inRange(trained.images, config.range),
    test: testImages,
    testLabels: tested.labels,
    noisy: corrupted(config.sigma),
    shifted: corrupted(config.shiftSigma),
    bank: noiseBank(random.fold("noise bank")),
  }
}

/** Up to `count` images in random order. */
const choose = (dataset: ResidentImages, count: number, random: RandomStream): ResidentImages =>
  subset(dataset, random.permutation(dataset.size).subarray(0, count))

function inRange(images: Float32Array, [low, high]: readonly [number, number]): Float32Array {
  return low === 0 && high === 1 ? images : images.map((value) => low + (high - low) * value)
}

/** Row of the first test image of each label, in the order of the labels: the images that reports show. */
export function exampleRows({ testLabels }: Pick<SeedData, "testLabels">): Int32Array {
  const labels = [...new Set(testLabels)].toSorted((a, b) => a - b)
  return Int32Array.from(labels, (label) => testLabels.indexOf(label))
}
