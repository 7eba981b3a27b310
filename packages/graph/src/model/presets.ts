import type { GraphTraining } from "../training/graph-training.ts"
import type { ContractionTrainingConfig } from "./train-graph-model.ts"

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

/** Settings by name: each is for the data set of its name and trains in minutes to an hour on 2 cores. */
export const graphPresets = {
  /** Trees of 64 nodes. */
  tree: { ...small, skeletonTraining: { ...training, steps: 1200 } },
  /** Delaunay triangulations of 64 points: patterns in the order of confidence and sharpened, since one wrong edge spoils a graph. */
  planar: {
    ...small,
    contraction: triangles,
    skeletonTraining: { ...training, steps: 5000, nothing: 0.15, ema: 0.999 },
    sampling: { splitRounds: 2, patternTemperature: 0.7, patterns: { kind: "local-maxima", rounds: 40, confidence: { noise: 1 } } },
  },
  /** Stochastic block models: blocks are merged first, and the networks know which edges lie inside one. */
  sbm: {
    ...small,
    contraction: { ...small.contraction, blocks: true, edgeCounts: true },
    skeletonTraining: { ...training, steps: 2500, batch: 16, ema: 0.999 },
    sampling: { splitRounds: 2, patterns: { kind: "random", rounds: 4 }, edgeBudget: true },
  },
  /** Two communities of 6 to 10 nodes. */
  community: { ...small, contraction: triangles, skeletonTraining: { ...training, steps: 2000 } },
  /** Neighbourhoods in a citation graph. */
  ego: { ...small, contraction: triangles, skeletonTraining: { ...training, steps: 2000 } },
  /** Molecules of up to nine heavy atoms: the skeleton first, then atoms and bonds. */
  qm9: {
    ...small,
    contraction: { ...triangles, walks: 8 },
    skeletonTraining: { ...training, steps: 6000, batch: 64, nothing: 0.25, ema: 0.999 },
    attributeTraining: { ...training, steps: 6000, batch: 128, nothing: 0.15, ema: 0.999 },
    pyramids: 1,
    sampling: { splitRounds: 1 },
  },
} satisfies Record<string, ContractionTrainingConfig>
