import type { ConfigSource } from "@scalewise/cli"
import { graphPresets, type ContractionTrainingConfig } from "@scalewise/graph"
import { z } from "zod"

const count = z.number().int().min(1)
const countOrNone = z.number().int().min(0)
const share = z.number().min(0).max(1)
const positive = z.number().positive()

const training = z.strictObject({
  steps: count,
  batch: count,
  rate: positive,
  warmup: countOrNone,
  finalRate: share,
  weightDecay: z.number().min(0),
  clipNorm: positive,
  ema: share,
  nothing: share,
})

const order = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("random"), rounds: count }),
  z.strictObject({
    kind: z.literal("local-maxima"),
    rounds: count,
    confidence: z.strictObject({ noise: z.number().min(0) }).optional(),
  }),
])

/** How a contraction model is sampled; what is left out is as in the model or the package. */
export const samplingSchema = z.strictObject({
  splitRounds: count.optional(),
  patterns: order.optional(),
  patternTemperature: positive.optional(),
  edgeBudget: z.boolean().optional(),
  blockQuota: z.boolean().optional(),
  planarRepairs: countOrNone.optional(),
  attributes: order.optional(),
})

const schema = z.strictObject({
  seed: z.number().int().min(0),
  contraction: z.strictObject({
    preference: z.enum(["uniform", "low-degree", "common-neighbours"]),
    blocks: z.boolean(),
    walks: countOrNone,
    edgeCounts: z.boolean(),
    width: count,
    depth: count,
    triangles: countOrNone,
    noise: countOrNone,
  }),
  skeletonTraining: training,
  attributeTraining: training,
  pyramids: count,
  sampling: samplingSchema.default({}),
})

type Presets = NonNullable<ConfigSource<ContractionTrainingConfig>["presets"]>

/** The config of `train`: every value comes from a preset, and any can be changed. */
export const trainConfig = {
  schema: schema as unknown as z.ZodType<ContractionTrainingConfig>,
  presets: graphPresets as unknown as Presets,
  preset: "tree",
} satisfies ConfigSource<ContractionTrainingConfig>
