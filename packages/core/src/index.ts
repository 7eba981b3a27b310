// Section 3: the two processes and the sampling loop
export type { ForwardProcess } from "./process/forward-process.ts"
export type { BackwardProcess } from "./process/backward-process.ts"

export { refine, sample, type RefineOptions, type Refinement } from "./process/refine.ts"

// Likelihood: exact over tokens, a bound over data
export {
  bitsPerDimension,
  likelihoodBound,
  tokenBitsPerSite,
  type LikelihoodBound,
  type LikelihoodBoundOptions,
} from "./process/likelihood-bound.ts"
export {
  logLikelihood,
  tokenLogLikelihood,
  type LogLikelihoodOptions,
  type RefinementModel,
  type TokenLogLikelihood,
} from "./process/log-likelihood.ts"

// Sampling: wrappers that take a backward process and return one
export { collaborate, type Collaboration, type CollaborateOptions } from "./sampling/collaborate.ts"
export { earlyExit } from "./sampling/early-exit.ts"
export { convertGuidance, type GuidanceConvention } from "./sampling/guidance-scale.ts"
export { guided, type GuidedOptions, type GuidedState } from "./sampling/guided.ts"
export { keepTopK, keepTopP } from "./sampling/logit-filters.ts"
export type { PerStep } from "./sampling/per-step.ts"
export { rejecting, type Attempts, type RejectingOptions } from "./sampling/rejecting.ts"
export { selfConditioned, type SelfCondition, type SelfConditionedOptions, type SelfConditionedState } from "./sampling/self-conditioned.ts"
export { tempered, type TemperedOptions } from "./sampling/tempered.ts"

// Distributions
export { bitwise, isBitwise, type Bitwise } from "./distribution/bitwise.ts"
export { categorical, isCategorical, type Categorical } from "./distribution/categorical.ts"
export { discretisedLogistic, type DiscretisedLogisticOptions } from "./distribution/discretised-logistic.ts"
export type { Distribution } from "./distribution/distribution.ts"
export { gaussian, isGaussian, type Gaussian, type GaussianOptions } from "./distribution/gaussian.ts"
export { isPointMass, pointMass, type PointMass } from "./distribution/point-mass.ts"
export { isProduct, product, type Parts, type Product } from "./distribution/product.ts"

// Pyramids (Eqs. 7-9 and 12-15)
export { blockCausalMask, type BlockCausalMaskOptions } from "./pyramid/block-causal-mask.ts"
export { gaussianPyramid, type GaussianPyramidOptions } from "./pyramid/gaussian-pyramid.ts"
export { gridAt, gridSchedule, type Grid, type GridSchedule } from "./pyramid/grid-schedule.ts"
export { laplacianPyramid, reconstructLaplacian, type LaplacianPyramidOptions } from "./pyramid/laplacian-pyramid.ts"
export { resampler, type Kernel, type Resampler } from "./pyramid/resampler.ts"
export {
  exactResiduals,
  residualForm,
  type ResidualForm,
  type ResidualFormName,
  type ResidualFormOptions,
} from "./pyramid/residual-form.ts"

// Quantisers (Eqs. 1 and 15)
export { quantise, toSequence, type Quantised, type Quantiser } from "./quantiser/quantiser.ts"
export { bitwiseQuantiser, softBitEntropy, type BitwiseQuantiserOptions } from "./quantiser/bitwise-quantiser.ts"
export { finiteScalarQuantiser, type FiniteScalarQuantiserOptions } from "./quantiser/finite-scalar-quantiser.ts"
export { identityQuantiser } from "./quantiser/identity-quantiser.ts"
export { digitsToIds, idsToDigits } from "./quantiser/mixed-radix.ts"
export { nearestCode, type CodeMetric } from "./quantiser/nearest-code.ts"
export { scaledQuantiser, type ScaledParameters, type ScaledQuantiserOptions } from "./quantiser/scaled-quantiser.ts"
export {
  vectorQuantiser,
  type Codebooks,
  type VectorQuantiser,
  type VectorQuantiserOptions,
  type VectorQuantiserParameters,
} from "./quantiser/vector-quantiser.ts"
export { meanSquaredError, quantisationLoss, vqVaeLoss, type CommitmentOptions, type VqVaeTerms } from "./quantiser/vq-vae-loss.ts"

// The multi-scale residual quantiser and its forward process (Eqs. 12-16 and 19)
export {
  multiScaleQuantiser,
  type Corruption,
  type EncodeOptions,
  type MultiScaleParameters,
  type MultiScaleQuantiser,
  type MultiScaleQuantiserOptions,
  type ScaleCode,
} from "./quantiser/multi-scale-quantiser.ts"
export { applyPhi, phiIndices, type PhiParameters } from "./quantiser/phi.ts"
export { pyramidProcess, type PyramidProcess, type PyramidProcessOptions } from "./quantiser/pyramid-process.ts"
export { bitFlipMask, bitFlips, flipBits, type BitFlipOptions } from "./quantiser/bit-flips.ts"

// How codebooks start, learn and stay in use
export { kMeans, type KMeansOptions } from "./quantiser/k-means.ts"
export { kMeansStart, type KMeansStartOptions } from "./quantiser/k-means-start.ts"
export {
  startStatistics,
  updateCodebooks,
  type CodebooksStatistics,
  type CodebookStatistics,
  type CodedVectors,
  type UpdateCodebooksOptions,
} from "./quantiser/codebook-average.ts"
export {
  countCodes,
  emptyUsage,
  meanResidualNorms,
  perplexityPerScale,
  recordUsage,
  relativeUse,
  usedCodesPerScale,
  type CodebookUsage,
  type RecordUsageOptions,
} from "./quantiser/codebook-usage.ts"
export { reviveDeadCodes, type RevivableCodebooks, type ReviveOptions } from "./quantiser/dead-codes.ts"

// Diffusion over continuous values (Eqs. 3-6): schedules, forward process, training, bound, samplers
export {
  cosineNoise,
  linearNoise,
  logSnr,
  noiseScale,
  scheduleFromBetas,
  signalScale,
  type CosineNoiseOptions,
  type LinearNoiseOptions,
  type NoiseSchedule,
} from "./diffusion/gaussian/noise-schedule.ts"
export { evenLevels, logSnrLevels, respaced, type LogSnrLevelsOptions } from "./diffusion/gaussian/respacing.ts"
export { gaussianNoising } from "./diffusion/gaussian/gaussian-noising.ts"
export { noised, predictionTarget, toEps, toV, toX0, type Prediction, type Scale } from "./diffusion/gaussian/prediction.ts"
export { posteriorMean, type Parametrisation } from "./diffusion/gaussian/gaussian-reverse.ts"
export { scheduleTables, type ScheduleTables } from "./diffusion/gaussian/schedule-tables.ts"
export {
  diffusionLoss,
  type DenoisingNetwork,
  type DiffusionBatch,
  type DiffusionLossOptions,
} from "./diffusion/gaussian/diffusion-loss.ts"
export {
  drawLevels,
  levelProbabilities,
  lossHistory,
  recordLosses,
  type DrawnLevels,
  type LossHistory,
} from "./diffusion/gaussian/level-sampler.ts"
export { discretisedGaussianLogProb, type DiscretisedGaussianOptions } from "./diffusion/gaussian/discretised-gaussian.ts"
export { diffusionBound, priorKl, type DiffusionBound, type DiffusionBoundOptions } from "./diffusion/gaussian/diffusion-bound.ts"
export type { Denoiser, DiffusionModel } from "./diffusion/gaussian/diffusion-model.ts"
export { gaussianDenoiser, type GaussianDenoiserOptions } from "./diffusion/gaussian/gaussian-denoiser.ts"
export { ddpm } from "./diffusion/gaussian/ddpm.ts"
export { ddim, type DdimOptions } from "./diffusion/gaussian/ddim.ts"
export { dpmSolver, type DpmSolverOptions, type DpmSolverState } from "./diffusion/gaussian/dpm-solver.ts"
export { distillationTarget } from "./diffusion/gaussian/distillation-target.ts"
export {
  consistencyScales,
  consistent,
  karrasSigmas,
  type ConsistencyOptions,
  type KarrasSigmasOptions,
} from "./diffusion/gaussian/consistency-parametrisation.ts"

// Diffusion over tokens (D3PM, masking)
export {
  absorbingTransition,
  gaussianTransition,
  marginalTransition,
  uniformTransition,
  type TransitionMatrix,
} from "./diffusion/discrete/transition-matrix.ts"
export {
  absorbingChain,
  discreteChain,
  discretisedGaussianChain,
  marginalChain,
  uniformChain,
  type DiscreteChain,
  type DiscreteChainOptions,
  type MarginalChainOptions,
} from "./diffusion/discrete/discrete-chain.ts"
export { discretePosterior, discreteReverse } from "./diffusion/discrete/discrete-posterior.ts"
export { transitionTensors, type TransitionTensors } from "./diffusion/discrete/transition-tensors.ts"
export { noisedTokens, reverseLogProbs } from "./diffusion/discrete/discrete-reverse.ts"
export { stateAt } from "./diffusion/discrete/state-at.ts"
export { discreteNoising } from "./diffusion/discrete/discrete-noising.ts"
export {
  discreteLoss,
  discreteLossTerms,
  type DiscreteBatch,
  type DiscreteLossOptions,
  type DiscreteLossTerms,
  type TokenNetwork,
} from "./diffusion/discrete/discrete-loss.ts"
export { discreteBound, type DiscreteBound, type DiscreteBoundOptions } from "./diffusion/discrete/discrete-bound.ts"
export { d3pm, type DiscreteModel } from "./diffusion/discrete/d3pm.ts"
