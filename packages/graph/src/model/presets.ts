import type { GraphTraining } from "../training/graph-training.ts"
import type { NetworkTraining } from "../training/graph-training.ts"
import type { ContractionTrainingConfig, GraphTrainingConfig } from "./train-graph-model.ts"
import type { LatentTrainingConfig } from "./train-latent-model.ts"
import type { MaskedTrainingConfig } from "./train-masked-model.ts"

const training: GraphTraining = {
  steps: 1500,
  batch: 32,
  rate: 2e-3,
  warmup: 100,
  finalRate: 0.02,
  weightDecay: 1e-4,
  clipNorm: 1,
  ema: 0.99,
  nothing: 0.35,
}

const small: ContractionTrainingConfig = {
  process: "contraction",
  seed: 0,
  contraction: {
    preference: "low-degree",
    blocks: false,
    walks: 0,
    edgeCounts: false,
    width: 64,
    depth: 5,
    triangles: 0,
    noise: 8,
  },
  skeletonTraining: training,
  attributeTraining: training,
  pyramids: 16,
  sampling: {},
}

const triangles = { ...small.contraction, triangles: 32 }

const masked: MaskedTrainingConfig = {
  process: "masked",
  seed: 0,
  masked: { noising: "absorbing", schedule: "linear", walks: 4, width: 48, depth: 4, triangles: 16, noise: 4 },
  maskedTraining: { ...training, batch: 16, ema: 0.995, nothing: 0.1, weighting: "hidden", pairWeight: 1, levels: 500 },
  sampling: { steps: 32 },
}

const { nothing: _, ...network }: NetworkTraining & { nothing: number } = training
const latent: LatentTrainingConfig = {
  process: "latent",
  seed: 0,
  latent: {
    channels: 16,
    bands: [8, 4, 2, 1, 0],
    codes: 64,
    pairCodes: 4,
    pairChannels: 4,
    walks: 4,
    width: 48,
    depth: 4,
    decoderDepth: 2,
    triangles: 16,
    noise: 4,
  },
  latentTraining: {
    loss: { pairWeight: 1, quantiser: 0.5, commitment: 0.25 },
    plain: { ...network, batch: 16, steps: 300, finalRate: 1 },
    quantised: { ...network, batch: 16 },
    prior: { ...network, batch: 16, ema: 0.995 },
    startGraphs: 500,
    reviveEvery: 50,
    codeNoise: 0.05,
  },
  sampling: {},
}
const molecules: Partial<NetworkTraining> = { steps: 6000, batch: 64, ema: 0.999 }

/** Settings by name: each is for the data set of its name and trains in minutes to an hour on 2 cores. */
export const graphPresets = {
  /** Trees of 64 nodes. */
  tree: { ...small, skeletonTraining: { ...training, steps: 1200 } },
  /** Delaunay triangulations of 64 points: patterns in the order of confidence and sharpened, since one wrong edge spoils a graph. */
  planar: {
    ...small,
    contraction: triangles,
    skeletonTraining: { ...training, steps: 4000, nothing: 0.15, ema: 0.999 },
    sampling: { splitRounds: 2, patternTemperature: 0.5, patterns: { kind: "local-maxima", rounds: 40, confidence: { noise: 1 } } },
  },
  /** Stochastic block models: blocks are merged first, and the networks know which edges lie inside one. */
  sbm: {
    ...small,
    contraction: { ...small.contraction, blocks: true, edgeCounts: true },
    skeletonTraining: { ...training, steps: 2500, batch: 16, ema: 0.999 },
    sampling: { splitRounds: 3, patterns: { kind: "random", rounds: 6 }, patternTemperature: 0.8, edgeBudget: true },
  },
  /** Two communities of 6 to 10 nodes. */
  community: { ...small, contraction: triangles, skeletonTraining: { ...training, steps: 2000 } },
  /** Neighbourhoods in a citation graph. */
  ego: { ...small, contraction: triangles, skeletonTraining: { ...training, steps: 2000 } },
  /** Molecules of up to nine heavy atoms: the skeleton first, then atoms and bonds. */
  qm9: {
    ...small,
    contraction: { ...triangles, walks: 8 },
    skeletonTraining: { ...training, steps: 4000, batch: 64, nothing: 0.25, ema: 0.999 },
    attributeTraining: { ...training, steps: 5000, batch: 128, nothing: 0.15, ema: 0.999 },
    pyramids: 1,
    sampling: { splitRounds: 1 },
  },
  /** The communities in data space, without a pyramid: all pairs at once, shown at random in 32 steps. Trains in 7 minutes on 2 busy cores. */
  "community-masked": masked,
  /**
   * The same network as discrete diffusion with noise of the data's law, in 500 steps: a control in the manner of DiGress. Trains as long as
   * the one before.
   */
  "community-diffusion": { ...masked, masked: { ...masked.masked, noising: "marginal" }, sampling: { steps: 500 } },
  /** The communities as residual codes of node latents. */
  "community-latent": latent,
  /** Molecules in data space, shown at random in 32 steps. */
  "qm9-masked": { ...masked, maskedTraining: { ...masked.maskedTraining, ...molecules } },
  /** Molecules by discrete diffusion in 500 steps. */
  "qm9-diffusion": {
    ...masked,
    masked: { ...masked.masked, noising: "marginal" },
    maskedTraining: { ...masked.maskedTraining, ...molecules, pairWeight: 5 },
    sampling: { steps: 500 },
  },
  /** Molecules as residual codes of node latents, with codes of the bonds last. */
  "qm9-latent": {
    ...latent,
    latentTraining: {
      ...latent.latentTraining,
      plain: { ...latent.latentTraining.plain, batch: 64, steps: 500 },
      quantised: { ...latent.latentTraining.quantised, ...molecules, steps: 4000 },
      prior: { ...latent.latentTraining.prior, ...molecules },
      startGraphs: 2000,
    },
  },
} satisfies Record<string, GraphTrainingConfig>
