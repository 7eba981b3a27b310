import type { ConfigSource } from "@scalewise/cli"
import { experimentPresets, type ExperimentConfig } from "@scalewise/image"
import { z } from "zod"

/** What `experiment` can be configured with: the experiment's own settings and its seeds. */
export type ExperimentRunConfig = ExperimentConfig & { seeds: readonly number[] }

const { config, seeds } = experimentPresets.paper
const count = (usual: number) => z.number().int().min(1).default(usual)

const schema = z.strictObject({
  seeds: z
    .array(z.number().int().min(0))
    .min(1)
    .default([...seeds]),
  trainImages: count(config.trainImages),
  testImages: count(config.testImages),
  epochs: count(config.epochs),
  batch: count(config.batch),
  width: count(config.width),
  rate: z.number().positive().default(config.rate),
  weightDecay: z.number().min(0).default(config.weightDecay),
  range: z.tuple([z.number(), z.number()]).default([config.range[0], config.range[1]]),
  sigma: z.number().positive().default(config.sigma),
  shiftSigma: z.number().positive().default(config.shiftSigma),
  latent: count(config.latent),
  autoencoderEpochs: count(config.autoencoderEpochs),
  autoencoderRate: z.number().positive().default(config.autoencoderRate),
  codes: z.number().int().min(2).default(config.codes),
  bits: z
    .array(z.number().int().min(1))
    .min(1)
    .default([...config.bits]),
  blur: z.enum(["binomial", "area"]).default(config.blur),
  depths: z
    .array(z.number().int().min(1))
    .min(1)
    .default([...config.depths]),
  targets: z
    .strictObject({ A: z.number().positive().default(config.targets.A), C: z.number().positive().default(config.targets.C) })
    .prefault({}),
  evaluationsPerEpoch: count(config.evaluationsPerEpoch),
  curveImages: count(config.curveImages),
  gradientBatches: z.number().int().min(2).default(config.gradientBatches),
})

/** The config of the verb: the paper's setting by default, `quick` and `paper` as presets. */
export const experimentConfig: ConfigSource<ExperimentRunConfig> = {
  schema,
  presets: {
    quick: { ...differing(experimentPresets.quick.config), seeds: [...experimentPresets.quick.seeds] },
    paper: { seeds: [...seeds] },
  },
  preset: "quick",
}

/** The values of a preset that are not the paper's. */
function differing(preset: ExperimentConfig): Record<string, number> {
  return Object.fromEntries(
    Object.entries(preset).flatMap(([field, value]: [string, unknown]) =>
      typeof value === "number" && value !== config[field as keyof ExperimentConfig] ? [[field, value]] : [],
    ),
  )
}
