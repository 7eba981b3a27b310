import type { GeneratorConfig, TokenizerConfig } from "@scalewise/image"

/** A tokenizer of 8 x 8 grey images: scales 1, 2, 4, 8 codes. */
export const tinyTokenizer: TokenizerConfig = {
  height: 8,
  width: 8,
  autoencoder: {
    imageChannels: 1,
    width: 8,
    multipliers: [1, 1],
    encoderBlocks: 1,
    decoderBlocks: 1,
    middle: "none",
    coarseAttention: false,
    latentChannels: 4,
    groups: 2,
    patch: 1,
    patchWidth: 1,
    quantiserKernel: 0,
  },
  range: "unit",
  grids: [1, 2, 4],
  form: "full-grid",
  quantiser: { kind: "vector", codes: 8, codebooks: "shared", learning: "gradient", metric: "euclidean" },
  phi: { count: 0, ratio: 0.5 },
  likelihood: "none",
}

/** A generator over its tokens, of three classes. */
export const tinyGenerator: GeneratorConfig = {
  width: 8,
  depth: 1,
  heads: 1,
  feedForward: 2,
  classes: 3,
  modulation: "shared",
  attentionNorm: false,
  attentionFactor: 1,
  context: "all",
  window: 0,
  gateStart: 0.5,
}
