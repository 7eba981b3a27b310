import { flattenParameters, randomStream, selectBackend, tf } from "@scalewise/nn"
import { beforeAll, describe, expect, it } from "vitest"
import { tokenizer } from "../tokenizer/tokenizer.ts"
import { expectedTensors } from "./expected-tensors.ts"
import { generatorOf, type ImageModelConfig } from "./image-model.ts"
import { imagePresets } from "./presets.ts"

beforeAll(async () => void (await selectBackend()))

/** Of parameters that are really made. */
function freshShapes(config: ImageModelConfig): Record<string, { shape: number[] }> {
  const made = tokenizer(config.tokenizer)
  const random = randomStream(0)
  const parameters = {
    tokenizer: made.init(random),
    ...(config.generator && { generator: generatorOf(made, config.generator).init(random) }),
  }
  const flat = flattenParameters(parameters)
  tf.dispose(Object.values(flat))
  return Object.fromEntries(Object.entries(flat).map(([name, { shape }]) => [name, { shape: [...shape] }]))
}

describe("expectedTensors", () => {
  const { tokenizer: base, generator: full } = imagePresets["mnist"]!
  const generator = { ...full!, width: 32, depth: 2 }
  const { autoencoder } = base
  const variants: Record<string, ImageModelConfig> = {
    ...imagePresets,
    "a tokenizer alone": { tokenizer: base },
    "the published layout": {
      tokenizer: {
        ...base,
        height: 8,
        width: 8,
        autoencoder: {
          ...autoencoder,
          imageChannels: 3,
          multipliers: [1, 1, 2, 2],
          encoderBlocks: 2,
          decoderBlocks: 3,
          patch: 1,
          middle: "attention",
          coarseAttention: true,
          quantiserKernel: 3,
        },
        grids: [1],
      },
      generator: { ...generator, modulation: "own", attentionNorm: true },
    },
    "bits, a logistic decoder, no middle": {
      tokenizer: {
        ...base,
        autoencoder: { ...autoencoder, middle: "none" },
        quantiser: { kind: "bitwise", tokens: "bits" },
        phi: { count: 0, ratio: 0.5 },
        likelihood: "logistic",
      },
      generator,
    },
    "finite scalars in rectangles": {
      tokenizer: {
        ...base,
        height: 8,
        grids: [
          [1, 2],
          [2, 7],
        ],
        quantiser: { kind: "finite-scalar", levels: [5, 5, 3, 3, 3, 3, 3, 3] },
      },
      generator,
    },
    "a codebook for each scale": { tokenizer: { ...base, quantiser: { ...base.quantiser, codebooks: "per-scale" } as never }, generator },
  }

  it.each(Object.entries(variants))("has the names and shapes of fresh parameters: %s", (_, config) => {
    expect(expectedTensors(config)).toEqual(freshShapes(config))
  })

  it("refuses settings that do not fit together", () => {
    expect(() => expectedTensors({ tokenizer: base, generator: { ...generator, heads: 3 } })).toThrow(/generator.heads/)
  })
})
