import { cosineNoise, type NoiseSchedule } from "@scalewise/core"
import type { UnetConfig } from "./unet.ts"

/** Everything that makes an image diffusion model, as plain JSON. */
export interface ImageDiffusionConfig {
  /** The network; its height, width and channels are those of the pixels or of the latents. */
  readonly network: UnetConfig
  /** T, the number of noise levels. */
  readonly levels: number
  /** Whether it denoises images or a tokenizer's latents. */
  readonly space: "pixels" | "latents"
}

/** The cosine schedule of a config. One object for each T, since the tables of a schedule are kept as long as the program runs. */
export function scheduleOf({ levels }: Pick<ImageDiffusionConfig, "levels">): NoiseSchedule {
  const schedule = schedules.get(levels) ?? cosineNoise({ levels })
  schedules.set(levels, schedule)
  return schedule
}

const schedules = new Map<number, NoiseSchedule>()
