import type { ConfigSource } from "@scalewise/cli"
import { imagePresets, type ImageTrainingConfig } from "@scalewise/image"
import { z } from "zod"
import { count, countOrNone, optimisation, positive, share, weight } from "./training-schema.ts"

const quantisers = {
  vector: z.strictObject({
    kind: z.literal("vector"),
    codes: count,
    codebooks: z.enum(["shared", "per-scale"]).default("shared"),
    learning: z.enum(["gradient", "average"]).default("gradient"),
    metric: z.enum(["euclidean", "cosine"]).default("euclidean"),
  }),
  bitwise: z.strictObject({ kind: z.literal("bitwise"), tokens: z.enum(["bits", "ids"]).default("bits") }),
  "finite-scalar": z.strictObject({ kind: z.literal("finite-scalar"), levels: z.array(z.number().int().min(2)).min(1) }),
}

/** `--set tokenizer.quantiser.kind=bitwise` must not trip over what the preset says of another kind. */
const ofItsKind = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null || !("kind" in value) || !Object.hasOwn(quantisers, String(value.kind))) return value
  const all = new Set(Object.values(quantisers).flatMap((schema) => Object.keys(schema.shape)))
  const own = new Set(Object.keys(quantisers[value.kind as keyof typeof quantisers].shape))
  return Object.fromEntries(Object.entries(value).filter(([key]) => own.has(key) || !all.has(key)))
}

const tokenizer = z.strictObject({
  height: count,
  width: count,
  autoencoder: z.strictObject({
    imageChannels: count,
    width: count,
    multipliers: z.array(positive).min(1),
    encoderBlocks: count,
    decoderBlocks: count,
    middle: z.enum(["none", "block", "attention"]),
    coarseAttention: z.boolean(),
    latentChannels: count,
    groups: count,
    patch: count,
    patchWidth: count,
    quantiserKernel: countOrNone,
  }),
  range: z.enum(["unit", "symmetric"]),
  grids: z.array(z.union([count, z.tuple([count, count])])).min(1),
  form: z.enum(["open", "own-grid", "full-grid"]),
  quantiser: z.preprocess(ofItsKind, z.discriminatedUnion("kind", [quantisers.vector, quantisers.bitwise, quantisers["finite-scalar"]])),
  phi: z.strictObject({ count: countOrNone, ratio: share }),
  likelihood: z.enum(["none", "bernoulli", "logistic"]),
})

const schema = z.strictObject({
  seed: z.number().int().min(0),
  validationImages: count,
  tokenizer,
  tokenizerTraining: z.strictObject({
    loss: z.strictObject({
      pixel: z.enum(["mse", "l1"]),
      quantiser: weight,
      commitment: weight,
      entropy: weight,
      perceptual: weight,
      prefixDropout: share,
    }),
    plainSteps: countOrNone,
    ...optimisation,
    startImages: count,
    reviveEvery: countOrNone,
    reviveBelow: share,
  }),
  generator: z
    .strictObject({
      width: count,
      depth: count,
      heads: count,
      feedForward: count,
      classes: countOrNone,
      modulation: z.enum(["shared", "own"]),
      attentionNorm: z.boolean(),
      attentionFactor: positive,
      context: z.enum(["all", "previous", "own"]),
      window: countOrNone,
      gateStart: z.number(),
    })
    .optional(),
  generatorTraining: z
    .strictObject({
      loss: z.strictObject({ labelSmoothing: share, scaleWeights: z.array(weight) }),
      ...optimisation,
      ema: share,
      classDropout: share,
      scaleDropout: share,
      bitFlips: share,
    })
    .optional(),
})

type Presets = NonNullable<ConfigSource<ImageTrainingConfig>["presets"]>

/** The config of `train`: every value comes from a preset, and any can be changed. */
export const trainConfig: ConfigSource<ImageTrainingConfig> = { schema, presets: imagePresets as unknown as Presets, preset: "mnist" }
