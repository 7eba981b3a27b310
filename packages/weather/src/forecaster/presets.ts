import type { ForecasterTrainingConfig } from "./train-forecaster.ts"

const daily: ForecasterTrainingConfig = {
  seed: 0,
  target: "damped",
  deviation: "season",
  harmonics: { annual: 3, diurnal: 2 },
  components: 40,
  latent: { patch: 1, tokens: "patterns" },
  coarsest: 2,
  law: "categorical",
  codes: 16,
  refiner: { kind: "local", widths: [192, 64], depth: 1, reach: 2, heads: 4, networks: 1 },
  augmentation: { copies: 2, size: 0.7 },
  training: {
    epochs: 4,
    batch: 32,
    rate: 1.5e-3,
    warmup: 50,
    finalRate: 0.02,
    weightDecay: 0.05,
    clipNorm: 1,
    ema: 0.98,
    dropout: [0.3, 0.1],
    smoothing: { share: 0.05, width: 1 },
  },
}

/** Settings by name, for `train --preset NAME`. */
export const forecasterPresets = {
  /** One variable, years of daily fields: minutes on 2 cores. */
  daily,
  /** The same in about a minute, for a first look. */
  quick: {
    ...daily,
    refiner: { ...daily.refiner, widths: [96, 32] },
    augmentation: { copies: 1, size: 0.7 },
    training: { ...daily.training, epochs: 3 },
  },
  /** Several variables, coded jointly: their patterns hold what they have in common. */
  joint: { ...daily },
  /** Short steps, one or two years. */
  "six-hourly": { ...daily, components: 20, harmonics: { annual: 2, diurnal: 2 } },
  /** Attention from each site to the whole domain. */
  transformer: { ...daily, refiner: { ...daily.refiner, kind: "transformer", widths: [128, 64], depth: 2 } },
  /** Control: continuous codes with a normal law in place of a categorical one. */
  gaussian: { ...daily, law: "gaussian" },
  /** Control: a network without chance, trained on the squared error. */
  deterministic: { ...daily, law: "mean" },
  /** Control: all numbers of a state drawn together from noise, 20 network calls a step in place of one for each scale. */
  diffusion: {
    ...daily,
    coarsest: 0,
    law: "diffusion",
    samplerSteps: 20,
    refiner: { ...daily.refiner, widths: [128, 128] },
    training: { ...daily.training, epochs: 8, dropout: [0.1, 0.1] },
  },
  /** Control: a token for each site of each scale, as in VAR. */
  sites: { ...daily, latent: { patch: 1, tokens: "sites" } },
  /** No pyramid: the control for what scales are worth. */
  "single-scale": { ...daily, coarsest: 0 },
  /** Tokens of 2 x 2 cells, a latent pyramid. */
  patches: { ...daily, latent: { patch: 2, tokens: "sites" }, codes: 64 },
} as const satisfies Readonly<Record<string, ForecasterTrainingConfig>>
