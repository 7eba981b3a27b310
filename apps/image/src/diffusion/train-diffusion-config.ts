import type { ConfigSource } from "@scalewise/cli"
import { diffusionPresets, type DiffusionTrainingConfig } from "@scalewise/image"
import { z } from "zod"
import { count, countOrNone, optimisation, share } from "../train/training-schema.ts"

const schema = z.strictObject({
  seed: z.number().int().min(0),
  validationImages: count,
  diffusion: z.strictObject({
    network: z.strictObject({
      height: count,
      width: count,
      channels: count,
      classes: countOrNone,
      widths: z.array(count).min(1),
      depth: count,
      context: count,
      groups: count,
    }),
    levels: count,
    space: z.enum(["pixels", "latents"]),
  }),
  diffusionTraining: z.strictObject({ ...optimisation, ema: share, classDropout: share }),
})

type Presets = NonNullable<ConfigSource<DiffusionTrainingConfig>["presets"]>

/** The config of `train-diffusion`: every value comes from a preset, and any can be changed. */
export const trainDiffusionConfig: ConfigSource<DiffusionTrainingConfig> = {
  schema,
  presets: diffusionPresets as unknown as Presets,
  preset: "mnist-ddpm",
}
