import type { ConfigSource } from "@scalewise/cli"
import { graphPresets, type GraphModelConfig, type GraphTrainingConfig } from "@scalewise/graph"
import { z } from "zod"

const count = z.number().int().min(1)
const countOrNone = z.number().int().min(0)
const share = z.number().min(0).max(1)
const positive = z.number().positive()

const networkTraining = z.strictObject({
  steps: count,
  batch: count,
  rate: positive,
  warmup: countOrNone,
  finalRate: share,
  weightDecay: z.number().min(0),
  clipNorm: positive,
  ema: share,
})
const training = networkTraining.extend({ nothing: share })

const order = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("random"), rounds: count }),
  z.strictObject({
    kind: z.literal("local-maxima"),
    rounds: count,
    confidence: z.strictObject({ noise: z.number().min(0) }).optional(),
  }),
])

/** How a model is sampled; what is left out is as in the model or the package. */
export const samplingSchema = z.strictObject({
  splitRounds: count.optional(),
  patterns: order.optional(),
  patternTemperature: positive.optional(),
  edgeBudget: z.boolean().optional(),
  blockQuota: z.boolean().optional(),
  planarRepairs: countOrNone.optional(),
  attributes: order.optional(),
  steps: count.optional(),
  temperature: positive.optional(),
  previews: z.boolean().optional(),
})

type Process = GraphModelConfig["process"]

/** Settings of sampling that each process has. */
const samplingKeys: Readonly<Record<Process, readonly string[]>> = {
  contraction: ["splitRounds", "patterns", "patternTemperature", "edgeBudget", "blockQuota", "planarRepairs", "attributes"],
  masked: ["steps", "temperature"],
  latent: ["temperature", "previews"],
}

/** The first setting that a model of this process does not have. */
export const foreignSampling = (sampling: object, process: Process): string | undefined =>
  Object.keys(sampling).find((key) => !samplingKeys[process].includes(key))

/** Parts of a config that each process has, all of them. */
const parts: Readonly<Record<Process, readonly string[]>> = {
  contraction: ["contraction", "skeletonTraining", "attributeTraining", "pyramids"],
  masked: ["masked", "maskedTraining"],
  latent: ["latent", "latentTraining"],
}

const body = { walks: countOrNone, width: count, depth: count, triangles: countOrNone, noise: countOrNone }

const schema = z
  .strictObject({
    process: z.enum(["contraction", "masked", "latent"]),
    seed: z.number().int().min(0),
    contraction: z
      .strictObject({
        preference: z.enum(["uniform", "low-degree", "common-neighbours"]),
        blocks: z.boolean(),
        edgeCounts: z.boolean(),
        ...body,
      })
      .optional(),
    skeletonTraining: training.optional(),
    attributeTraining: training.optional(),
    pyramids: count.optional(),
    masked: z.strictObject({ noising: z.enum(["absorbing", "marginal"]), schedule: z.enum(["linear", "cosine"]), ...body }).optional(),
    maskedTraining: training.extend({ weighting: z.enum(["hidden", "elbo"]), pairWeight: positive, levels: count }).optional(),
    latent: z
      .strictObject({
        channels: count,
        bands: z.array(countOrNone),
        codes: count,
        pairCodes: countOrNone,
        pairChannels: count,
        decoderDepth: count,
        ...body,
      })
      .optional(),
    latentTraining: z
      .strictObject({
        loss: z.strictObject({ pairWeight: positive, quantiser: positive, commitment: positive }),
        plain: networkTraining,
        quantised: networkTraining,
        prior: networkTraining,
        startGraphs: count,
        reviveEvery: countOrNone,
        codeNoise: share,
      })
      .optional(),
    sampling: samplingSchema.default({}),
  })
  .superRefine((config, context) => {
    for (const [process, names] of Object.entries(parts))
      for (const name of names)
        if ((config[name as keyof typeof config] !== undefined) !== (process === config.process))
          context.addIssue({
            code: "custom",
            path: [name],
            message:
              process === config.process
                ? `the process ${config.process} needs it`
                : `belongs to the process ${process}, not to ${config.process}`,
          })
    const foreign = foreignSampling(config.sampling, config.process)
    if (foreign !== undefined)
      context.addIssue({ code: "custom", path: ["sampling", foreign], message: `the process ${config.process} has no such setting` })
    if (config.maskedTraining?.weighting === "elbo" && config.masked?.noising === "marginal")
      context.addIssue({ code: "custom", path: ["maskedTraining", "weighting"], message: "elbo is for absorbing states; choose hidden" })
  })

type Presets = NonNullable<ConfigSource<GraphTrainingConfig>["presets"]>

/** The config of `train`: every value comes from a preset, and any can be changed. */
export const trainConfig = {
  schema: schema as unknown as z.ZodType<GraphTrainingConfig>,
  presets: graphPresets as unknown as Presets,
  preset: "tree",
} satisfies ConfigSource<GraphTrainingConfig>
