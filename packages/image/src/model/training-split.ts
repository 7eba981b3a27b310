import { ConfigError, randomStream } from "@scalewise/nn"
import type { ImageDataset } from "../data/image-dataset.ts"
import { selectRows } from "../data/select-rows.ts"

/** What says which training images are held back. */
export interface SplitConfig {
  readonly seed: number
  /** How many are held back. */
  readonly validationImages: number
}

/** The rows of `size` training images that are held back for scores and settings, by the seed of the config. */
export const validationRows = ({ seed, validationImages }: SplitConfig, size: number): Int32Array =>
  Int32Array.from(randomStream(seed).fold("validation").permutation(size).slice(0, validationImages))

/**
 * How many of `size` training images are held back.
 *
 * @throws ConfigError where nothing would be left of one of the two
 */
export function validationCount({ validationImages }: Pick<SplitConfig, "validationImages">, size: number): number {
  if (validationImages < 1 || validationImages >= size)
    throw new ConfigError(`train: expected 1 to ${size - 1} validation images, got ${validationImages}`)
  return validationImages
}

/**
 * The training images that are trained on, and those that are held back.
 *
 * @throws ConfigError where nothing would be left of one of the two
 */
export function trainingSplit(config: SplitConfig, train: ImageDataset): { kept: ImageDataset; validation: ImageDataset } {
  validationCount(config, train.size)
  const held = validationRows(config, train.size)
  const isHeld = new Set(held)
  const rows = Array.from({ length: train.size }, (_, row) => row).filter((row) => !isHeld.has(row))
  return { kept: selectRows(train, rows), validation: selectRows(train, held) }
}
