import { ConfigError } from "../errors.ts"
import type { RandomStream } from "../random/random-stream.ts"

/** Which samples form which batch; a pure function of the seed, so that a resumed run needs the number of the step only. */
export interface BatchOrder {
  readonly batchesPerEpoch: number
  /** Sample numbers of batch `step`, counted from 0 over all epochs. */
  indices(step: number): Int32Array
}

/** Options of `batchOrder`. */
export interface BatchOrderOptions {
  /** Samples in the data set. */
  size: number
  /** Samples in a batch. */
  batchSize: number
  /** An incomplete last batch is trained on, too, or left out. @defaultValue "keep" */
  lastBatch?: "keep" | "drop"
  /** A new order for every epoch; without it the order of the data set. @defaultValue true */
  shuffle?: boolean
  /** Source of the orders. */
  random: RandomStream
}

/**
 * Shuffles every epoch on its own stream and cuts it into batches.
 *
 * @throws ConfigError where there is no batch
 */
export function batchOrder({ size, batchSize, lastBatch = "keep", shuffle = true, random }: BatchOrderOptions): BatchOrder {
  if (!Number.isInteger(batchSize) || batchSize < 1) throw new ConfigError(`train: expected a batch size from 1 on, got ${batchSize}`)
  const batchesPerEpoch = lastBatch === "keep" ? Math.ceil(size / batchSize) : Math.floor(size / batchSize)
  if (batchesPerEpoch < 1)
    throw new ConfigError(`train: expected at least one batch of ${batchSize}, got ${size} samples; lower the batch size`)
  let shuffled: { epoch: number; order: Int32Array } | undefined
  const orderOf = (epoch: number): Int32Array => {
    if (shuffled?.epoch !== epoch) {
      const order = shuffle ? random.fold("shuffle").fold(epoch).permutation(size) : Int32Array.from({ length: size }, (_, i) => i)
      shuffled = { epoch, order }
    }
    return shuffled.order
  }
  return {
    batchesPerEpoch,
    indices(step) {
      const start = (step % batchesPerEpoch) * batchSize
      return orderOf(Math.floor(step / batchesPerEpoch)).slice(start, start + batchSize)
    },
  }
}
