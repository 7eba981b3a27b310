import type { ConfigSource } from "@scalewise/cli"
import { forecasterPresets, type ForecasterTrainingConfig } from "@scalewise/weather"
import { z } from "zod"

const count = z.number().int().min(1)
const countOrNone = z.number().int().min(0)
const share = z.number().min(0).max(1)
const positive = z.number().positive()

const schema = z.strictObject({
  seed: countOrNone,
  target: z.enum(["damped", "tendency", "linear"]),
  deviation: z.enum(["variable", "cell", "season"]),
  harmonics: z.strictObject({ annual: countOrNone, diurnal: countOrNone }),
  components: count,
  latent: z.strictObject({ patch: count, tokens: z.enum(["sites", "patterns"]), channels: count.optional() }),
  coarsest: countOrNone,
  law: z.enum(["categorical", "gaussian", "mean", "diffusion"]),
  samplerSteps: count.optional(),
  codes: count.min(2),
  refiner: z.strictObject({
    kind: z.enum(["local", "transformer"]),
    widths: z.tuple([count, count]),
    depth: countOrNone,
    reach: countOrNone,
    heads: count,
    networks: count,
  }),
  augmentation: z.strictObject({ copies: countOrNone, size: z.number().min(0) }),
  training: z.strictObject({
    epochs: count,
    batch: count,
    rate: positive,
    warmup: countOrNone,
    finalRate: share,
    weightDecay: z.number().min(0),
    clipNorm: positive,
    ema: share,
    dropout: z.tuple([share.lt(1), share.lt(1)]),
    smoothing: z.strictObject({ share: share.lt(1), width: positive }),
  }),
})

type Presets = NonNullable<ConfigSource<ForecasterTrainingConfig>["presets"]>

/** The config of `train`: every value comes from a preset, and any can be changed. */
export const trainConfig = {
  schema: schema as unknown as z.ZodType<ForecasterTrainingConfig>,
  presets: forecasterPresets as unknown as Presets,
  preset: "daily",
} satisfies ConfigSource<ForecasterTrainingConfig>
