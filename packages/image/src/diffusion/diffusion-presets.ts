import type { ImageDiffusionConfig } from "./diffusion-config.ts"
import type { DiffusionTraining } from "./train-diffusion.ts"

/** Everything that a training of a diffusion model is told, as plain JSON. */
export interface DiffusionTrainingConfig {
  readonly seed: number
  /** Training images that are held back for scores. */
  readonly validationImages: number
  readonly diffusion: ImageDiffusionConfig
  readonly diffusionTraining: DiffusionTraining
}

const training: DiffusionTraining = {
  steps: 5500,
  batch: 64,
  rate: 1e-3,
  warmup: 50,
  finalRate: 0.02,
  betas: [0.9, 0.99],
  weightDecay: 0.01,
  clipNorm: 1,
  ema: 0.998,
  classDropout: 0.1,
}

/** Pixels of MNIST: as many parameters as the next-scale Transformer of the preset `mnist`. */
const mnistPixels: DiffusionTrainingConfig = {
  seed: 0,
  validationImages: 2000,
  diffusion: {
    network: { height: 28, width: 28, channels: 1, classes: 10, widths: [24, 48, 96], depth: 1, context: 176, groups: 8 },
    levels: 1000,
    space: "pixels",
  },
  diffusionTraining: training,
}

/** Latents [7, 7, 8] of the tokenizer of the preset `mnist`; on so small a grid nothing is gained by a coarser level. */
const mnistLatents: DiffusionTrainingConfig = {
  ...mnistPixels,
  diffusion: {
    network: { height: 7, width: 7, channels: 8, classes: 10, widths: [96], depth: 2, context: 176, groups: 8 },
    levels: 1000,
    space: "latents",
  },
}

/** Trainings of diffusion controls by name. */
export const diffusionPresets: Readonly<Record<string, DiffusionTrainingConfig>> = {
  "mnist-ddpm": mnistPixels,
  "mnist-latent-ddpm": mnistLatents,
}
