import type { TokenizerConfig } from "../tokenizer/tokenizer-config.ts"
import type { TokenizerTraining } from "../tokenizer/train-tokenizer.ts"

/** A tokenizer of 8 x 8 grey images, small enough for tests: 4 x 4 latents of 4 channels, scales 1, 2, 4, 16 codes. */
export const tinyTokenizer: TokenizerConfig = {
  height: 8,
  width: 8,
  autoencoder: {
    imageChannels: 1,
    width: 8,
    multipliers: [1],
    encoderBlocks: 1,
    decoderBlocks: 1,
    middle: "none",
    coarseAttention: false,
    latentChannels: 4,
    groups: 4,
    patch: 2,
    patchWidth: 4,
    quantiserKernel: 0,
  },
  range: "unit",
  grids: [1, 2, 4],
  form: "full-grid",
  quantiser: { kind: "vector", codes: 16, codebooks: "shared", learning: "gradient", metric: "euclidean" },
  phi: { count: 2, ratio: 0.5 },
  likelihood: "none",
}

/** A training of it that takes a moment. */
export const tinyTraining: TokenizerTraining = {
  loss: { pixel: "mse", quantiser: 0.5, commitment: 0.25, entropy: 0, perceptual: 0, prefixDropout: 0.3 },
  steps: 12,
  plainSteps: 6,
  batch: 8,
  rate: 3e-3,
  warmup: 2,
  finalRate: 0.1,
  betas: [0.9, 0.99],
  weightDecay: 0.01,
  clipNorm: 1,
  startImages: 32,
  reviveEvery: 4,
  reviveBelow: 0.1,
}
