import { ConfigError } from "@scalewise/nn"
import type { BlurKind } from "./bands.ts"

/** The four studies of Section 4: pixel or latent, how to name a code, one shot or coarse to fine, how many levels. */
export type SetupName = "A" | "B" | "C" | "depth"

/** All of them, in the paper's order. */
export const setupNames: readonly SetupName[] = ["A", "B", "C", "depth"]

/**
 * Everything that a run of Section 4 depends on besides data and seed. The text of the paper fixes `epochs`, `batch`,
 * `width`, the three `seeds`, AdamW, GELU, LayerNorm before the output layer, additive Gaussian noise at training and
 * test time, and the 14 x 14 coarse band; the other values were lost in our copy and are choices.
 */
export interface ExperimentConfig {
  /** Training images, drawn from the training set by seed; all where the set has fewer. @defaultValue 60000 */
  trainImages: number
  /** Test images, drawn by seed: MNIST's test file is sorted by difficulty, so never its first ones. @defaultValue 10000 */
  testImages: number
  /** Passes over the training images. @defaultValue 30 (paper) */
  epochs: number
  /** Images per step; an incomplete last batch of an epoch is left out. @defaultValue 256 (paper) */
  batch: number
  /** Both hidden layers of the single-shot pixel denoiser; every other width follows from its parameter count. @defaultValue 512 (paper) */
  width: number
  /** AdamW's learning rate, constant. @defaultValue 0.001 */
  rate: number
  /** AdamW's decoupled weight decay. @defaultValue 0.0001 */
  weightDecay: number
  /** Intensities are mapped from [0, 1] to this range; errors are reported on [0, 1] all the same. @defaultValue [0, 1] */
  range: readonly [number, number]
  /** Standard deviation of the noise in training and test, in units of `range`. @defaultValue 0.3 */
  sigma: number
  /** Standard deviation of the noise in the test under a noise shift. @defaultValue 0.5 */
  shiftSigma: number
  /** Dimensions of the frozen linear autoencoder's latent. @defaultValue 32 */
  latent: number
  /** Passes over the training images for the autoencoder, which is frozen afterwards. @defaultValue 30 */
  autoencoderEpochs: number
  /** AdamW's learning rate for the autoencoder. @defaultValue 0.003 */
  autoencoderRate: number
  /** K: entries of the codebook of Setup B, one code an image. @defaultValue 64 */
  codes: number
  /** Bits of the bitwise heads of Setup B; ceil(log2 K) are enough, the paper says 8. @defaultValue [6, 8] */
  bits: readonly number[]
  /** Separable blur before each halving of the grid. @defaultValue "binomial", [1, 4, 6, 4, 1] / 16 */
  blur: BlurKind
  /** K of the depth sweep; level 1 of K = 2 is 14 x 14, of K = 3 it is 7 x 7. @defaultValue [1, 2, 3] */
  depths: readonly number[]
  /** Test MSE that "epochs to target" waits for, in Setups A and C. @defaultValue A 0.025, C 0.02 */
  targets: { readonly A: number; readonly C: number }
  /** Points of the learning curve per epoch. @defaultValue 4 */
  evaluationsPerEpoch: number
  /** Test images behind the learning curve. @defaultValue 2000 */
  curveImages: number
  /** Minibatches behind each gradient variance. @defaultValue 48 */
  gradientBatches: number
}

/** The paper's setting: 30 epochs over all of MNIST. */
const paper: ExperimentConfig = {
  trainImages: 60_000,
  testImages: 10_000,
  epochs: 30,
  batch: 256,
  width: 512,
  rate: 1e-3,
  weightDecay: 1e-4,
  range: [0, 1],
  sigma: 0.3,
  shiftSigma: 0.5,
  latent: 32,
  autoencoderEpochs: 30,
  autoencoderRate: 3e-3,
  codes: 64,
  bits: [6, 8],
  blur: "binomial",
  depths: [1, 2, 3],
  targets: { A: 0.025, C: 0.02 },
  evaluationsPerEpoch: 4,
  curveImages: 2000,
  gradientBatches: 48,
}

/** A preset: the setting and its seeds. */
export interface ExperimentPreset {
  config: ExperimentConfig
  seeds: readonly number[]
}

/** `paper` is the full setting; `quick` takes about a quarter of the images, fewer epochs and two seeds, to be done in minutes. */
export const experimentPresets: Readonly<Record<"quick" | "paper", ExperimentPreset>> = {
  quick: {
    config: { ...paper, trainImages: 16_000, epochs: 6, autoencoderEpochs: 15, evaluationsPerEpoch: 2, gradientBatches: 16 },
    seeds: [0, 1],
  },
  paper: { config: paper, seeds: [0, 1, 2] },
}

/**
 * Refuses settings that cannot work.
 *
 * @throws ConfigError that names the field and the values it may have
 */
export function checkConfig(config: ExperimentConfig): void {
  const expect = (holds: boolean, field: keyof ExperimentConfig, wanted: string): void => {
    if (!holds) throw new ConfigError(`experiment config: expected ${field} to be ${wanted}, got ${JSON.stringify(config[field])}`)
  }
  const counts = [
    "trainImages",
    "testImages",
    "epochs",
    "autoencoderEpochs",
    "batch",
    "width",
    "latent",
    "evaluationsPerEpoch",
    "curveImages",
  ] as const
  for (const field of counts) expect(Number.isInteger(config[field]) && config[field] >= 1, field, "a whole number from 1")
  expect(config.batch <= config.trainImages, "batch", `at most trainImages (${config.trainImages})`)
  expect(Number.isInteger(config.gradientBatches) && config.gradientBatches >= 2, "gradientBatches", "a whole number from 2")
  for (const field of ["rate", "autoencoderRate", "sigma", "shiftSigma"] as const) expect(config[field] > 0, field, "positive")
  expect(config.weightDecay >= 0, "weightDecay", "zero or more")
  expect(config.range[0] < config.range[1], "range", "two ascending numbers")
  expect(Number.isInteger(config.codes) && config.codes >= 2, "codes", "a whole number from 2")
  expect(
    config.bits.every((bits) => Number.isInteger(bits) && 2 ** bits >= config.codes && bits <= Math.min(12, config.latent)),
    "bits",
    `whole numbers from ${Math.ceil(Math.log2(config.codes))}, enough for ${config.codes} codes, to ${Math.min(12, config.latent)}`,
  )
  expect(["binomial", "area"].includes(config.blur), "blur", '"binomial" or "area"')
  expect(
    config.depths.every((depth) => Number.isInteger(depth) && depth >= 1),
    "depths",
    "whole numbers from 1",
  )
}
