import type { GeneratorConfig } from "../generator/generator-config.ts"
import type { GeneratorTraining } from "../generator/train-generator.ts"
import type { TokenizerConfig } from "../tokenizer/tokenizer-config.ts"
import type { TokenizerTraining } from "../tokenizer/train-tokenizer.ts"

/** Everything that a training of an image model is told, as plain JSON. */
export interface ImageTrainingConfig {
  readonly seed: number
  /** Training images that are held back for scores and settings. */
  readonly validationImages: number
  readonly tokenizer: TokenizerConfig
  readonly tokenizerTraining: TokenizerTraining
  /** Absent: a tokenizer alone. */
  readonly generator?: GeneratorConfig | undefined
  readonly generatorTraining?: GeneratorTraining | undefined
}

const tokenizer: TokenizerConfig = {
  height: 28,
  width: 28,
  autoencoder: {
    imageChannels: 1,
    width: 32,
    multipliers: [1, 2],
    encoderBlocks: 1,
    decoderBlocks: 1,
    middle: "block",
    coarseAttention: false,
    latentChannels: 8,
    groups: 8,
    patch: 2,
    patchWidth: 16,
    quantiserKernel: 0,
  },
  range: "unit",
  grids: [1, 2, 3, 5, 7],
  form: "full-grid",
  quantiser: { kind: "vector", codes: 64, codebooks: "shared", learning: "gradient", metric: "euclidean" },
  phi: { count: 4, ratio: 0.5 },
  likelihood: "none",
}

const tokenizerTraining: TokenizerTraining = {
  loss: { pixel: "mse", quantiser: 0.5, commitment: 0.25, entropy: 0, perceptual: 0, prefixDropout: 0.3 },
  steps: 4500,
  plainSteps: 150,
  batch: 64,
  rate: 2e-3,
  warmup: 50,
  finalRate: 0.02,
  betas: [0.9, 0.99],
  weightDecay: 0.01,
  clipNorm: 1,
  startImages: 1500,
  reviveEvery: 100,
  reviveBelow: 0.1,
}

const generator: GeneratorConfig = {
  width: 128,
  depth: 4,
  heads: 4,
  feedForward: 4,
  classes: 10,
  modulation: "shared",
  attentionNorm: false,
  attentionFactor: 1,
  context: "all",
  window: 0,
  gateStart: 0.3,
}

const generatorTraining: GeneratorTraining = {
  loss: { labelSmoothing: 0, scaleWeights: [] },
  steps: 4000,
  batch: 64,
  rate: 2e-3,
  warmup: 100,
  finalRate: 0.01,
  betas: [0.9, 0.95],
  weightDecay: 0.05,
  clipNorm: 1,
  ema: 0.998,
  classDropout: 0.1,
  scaleDropout: 0,
  bitFlips: 0,
}

/** MNIST: a tokenizer made for generation, and a next-scale Transformer over its tokens. */
const mnistPreset: ImageTrainingConfig = {
  seed: 0,
  validationImages: 2000,
  tokenizer,
  tokenizerTraining,
  generator,
  generatorTraining,
}

/** MNIST: a tokenizer made for reconstruction alone; its tokens are hard to predict. */
const mnistReconstructionPreset: ImageTrainingConfig = {
  seed: 0,
  validationImages: 2000,
  tokenizer: {
    ...tokenizer,
    autoencoder: { ...tokenizer.autoencoder, latentChannels: 16 },
    quantiser: { kind: "vector", codes: 128, codebooks: "shared", learning: "gradient", metric: "euclidean" },
  },
  tokenizerTraining: { ...tokenizerTraining, loss: { ...tokenizerTraining.loss, quantiser: 0.1, prefixDropout: 0 } },
}

/** Fashion-MNIST: the same sizes and steps. */
const fashionPreset: ImageTrainingConfig = mnistPreset

/** CIFAR-10: a small model; expect blurred pictures with the colours and outlines of their class, no more. */
const cifarPreset: ImageTrainingConfig = {
  seed: 0,
  validationImages: 2000,
  tokenizer: {
    ...tokenizer,
    height: 32,
    width: 32,
    autoencoder: { ...tokenizer.autoencoder, imageChannels: 3, width: 48, latentChannels: 16 },
    grids: [1, 2, 3, 4, 6, 8],
    quantiser: { kind: "vector", codes: 512, codebooks: "shared", learning: "gradient", metric: "euclidean" },
  },
  tokenizerTraining: { ...tokenizerTraining, steps: 6000 },
  generator: { ...generator, width: 192, depth: 6, heads: 6 },
  generatorTraining,
}

/** Trainings by name. */
export const imagePresets: Readonly<Record<string, ImageTrainingConfig>> = {
  mnist: mnistPreset,
  "mnist-reconstruction": mnistReconstructionPreset,
  fashion: fashionPreset,
  cifar: cifarPreset,
}
