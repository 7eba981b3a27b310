import { freemem } from "node:os"
import { formatBytes } from "@scalewise/cli"
import { samplingMemory, type ImageModel, type SamplingConfig } from "@scalewise/image"
import { ConfigError } from "@scalewise/nn"

/** Options of `checkMemory`. */
export interface CheckMemoryOptions {
  readonly batch: number
  readonly settings: SamplingConfig
  /** Bytes that can be had. @defaultValue what the system says */
  readonly available?: number
}

/** What the system can still give, within the limits of a container where the runtime knows them. */
const availableMemory = (): number => Math.min(freemem(), process.availableMemory?.() ?? Infinity)

/**
 * Refuses a batch that would not fit, before anything is drawn.
 *
 * @returns bytes that the batch takes, about
 * @throws ConfigError that says how many pictures at a time would fit
 */
export function checkMemory({ config }: ImageModel, { batch, settings, available = availableMemory() }: CheckMemoryOptions): number {
  const needed = samplingMemory(config, { batch, settings })
  if (needed <= available) return needed
  const fitting = Math.floor(batch * (available / needed))
  throw new ConfigError(
    `sampling: expected ${formatBytes(needed)} of free memory to draw ${batch} pictures at a time, found ${formatBytes(available)}; ${
      fitting >= 1 ? `use --batch ${fitting} or less` : "free some, or use a smaller model"
    }`,
  )
}
