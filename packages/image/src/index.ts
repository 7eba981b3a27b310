// Data
export { parseIdx, readIdx, type IdxArray } from "./data/idx.ts"
export { pixelsOf, type ImageDataset, type ImageDatasets } from "./data/image-dataset.ts"
export { residentImages, subset, toResident, type ResidentImages, type ResidentImagesOptions } from "./data/resident-images.ts"
export { selectRows } from "./data/select-rows.ts"
export { openImageDatasets, type OpenedImageDatasets, type OpenImageDatasetsOptions } from "./data/open-image-datasets.ts"
export { fashionMnistClasses, loadMnist, type LoadMnistOptions } from "./data/load-mnist.ts"
export { loadCifar10, type LoadCifar10Options, type LoadedCifar10 } from "./data/load-cifar10.ts"
export { openImageFolder, type ImageFolderOptions, type OpenedImageFolder } from "./data/folder/image-folder.ts"
export type { StreamedImages } from "./data/folder/streamed-images.ts"
export type { BrokenFile } from "./data/broken-file.ts"
export type { OriginalImages } from "./data/original-images.ts"
export { imageStatistics, type ImageStatistics, type ImageStatisticsOptions } from "./data/image-statistics.ts"
export { readPicture, type Picture, type ReadPictureOptions } from "./data/read-picture.ts"
export { trainingDataset } from "./data/training-dataset.ts"
export { augmentImages, type AugmentImagesOptions } from "./data/augment-images.ts"

// Section 4: settings and runs
export {
  checkConfig,
  experimentPresets,
  setupNames,
  type ExperimentConfig,
  type ExperimentPreset,
  type SetupName,
} from "./experiment/config.ts"
export { runExperiment, type ExperimentEvent, type RunExperimentOptions, type UnitResult } from "./experiment/run-experiment.ts"
export { unitsOf, unitsOfSetup, type UnitName } from "./experiment/unit.ts"
export type { BaselineName, ReferenceResult } from "./experiment/references.ts"
export type { RunSettings } from "./experiment/train-model.ts"
export { removeTraining } from "./experiment/journal.ts"
export type { ModelResult } from "./experiment/train-unit.ts"

// Section 4: models
export type { Denoiser, TargetName } from "./experiment/denoiser.ts"
export { latentDenoiser, pyramidDenoiser, singleShot } from "./experiment/pixel-and-latent.ts"
export { bitwiseHead, regressionHead, softmaxHead, type Codebook, type CodeHeadOptions } from "./experiment/code-heads.ts"
export {
  coarseToFine,
  type CoarseToFine,
  type CoarseToFineOptions,
  type CoarseToFineParameters,
  type TrainingContext,
} from "./experiment/coarse-to-fine.ts"
export {
  matchedWidth,
  mlp,
  mlpSize,
  type LinearParameters,
  type MlpOptions,
  type MlpParameters,
  type TrunkParameters,
} from "./experiment/mlp.ts"
export {
  freezeAutoencoder,
  latentSpace,
  linearAutoencoder,
  type AutoencoderParameters,
  type FrozenAutoencoder,
  type LatentSpace,
} from "./experiment/linear-autoencoder.ts"
export { bitCodes } from "./experiment/bit-codes.ts"
export { noiseBank, type NoiseBank } from "./experiment/noise-bank.ts"

// Section 4: measures
export { bandKernels, highBand, type BandKernels, type BlurKind } from "./experiment/bands.ts"
export type { Errors } from "./experiment/errors.ts"
export { gradientVariance, type GradientVariance, type GradientVarianceOptions } from "./experiment/gradient-variance.ts"
export { meanSquaredError, psnr } from "./experiment/image-error.ts"
export { epochsToTarget, type CurvePoint } from "./experiment/learning-curve.ts"
export { linearDenoiser, whiteNoise, type LinearDenoiser } from "./experiment/linear-denoiser.ts"

// Feature extractor
export { accuracyOf, imageClassifier, type ClassifierReading, type ImageClassifier } from "./extractor/image-classifier.ts"
export { countImages, type ImageSet, type LabelledImages } from "./extractor/image-set.ts"
export { featureWidth, lenet, type LeNet, type LeNetOptions, type LeNetParameters } from "./extractor/lenet.ts"
export { classifierHash, loadClassifier, saveClassifier, shippedClassifierFolder } from "./extractor/stored-classifier.ts"
export { trainClassifier, type TrainClassifierOptions } from "./extractor/train-classifier.ts"

// Metrics of samples and reconstructions, all together
export {
  evaluateReconstructions,
  type EvaluateReconstructionsOptions,
  type ReconstructionEvaluation,
} from "./metrics/evaluate-reconstructions.ts"
export { evaluateSamples, type EvaluateSamplesOptions, type SampleEvaluation } from "./metrics/evaluate-samples.ts"
export { evaluationReference, type EvaluationReference } from "./metrics/evaluation-reference.ts"
export type { EvaluationProgress } from "./metrics/evaluation-stages.ts"

// Metrics, each alone
export { calibrationError, type CalibrationBin, type CalibrationError } from "./metrics/calibration-error.ts"
export { classificationAccuracyScore, type ClassificationAccuracyScoreOptions } from "./metrics/classification-accuracy-score.ts"
export { featureMoments, type FeatureMomentsOptions } from "./metrics/feature-moments.ts"
export { fld, fldDeviation, fldFloor, type FldDeviationOptions, type FldFloorOptions } from "./metrics/fld.ts"
export { frechetDistance } from "./metrics/frechet-distance.ts"
export { matchedRows } from "./metrics/matched-rows.ts"
export { memorisation, type Memorisation, type MemorisationOptions, type NearestPair } from "./metrics/memorisation.ts"
export { moments, type Moments } from "./linear-algebra/moments.ts"
export { nearestPoints, type NearestPoints, type NearestPointsOptions } from "./metrics/nearest-points.ts"
export { pickImages, type PickedImages } from "./metrics/pick-images.ts"
export { precisionRecall, type PrecisionRecall, type PrecisionRecallOptions } from "./metrics/precision-recall.ts"
export { spread, type Spread } from "./metrics/spread.ts"
export { ssim } from "./metrics/ssim.ts"
export { bestTemperature, type BestTemperatureOptions, type TokenPredictions } from "./metrics/best-temperature.ts"
export { scorePredictions, tokenCalibration, type PredictionScore, type TokenCalibration } from "./metrics/token-calibration.ts"

// Tokenizer: pictures to token maps, coarse to fine
export { tokenizer, type Tokenizer, type TokenizerParameters } from "./tokenizer/tokenizer.ts"
export type { QuantiserConfig, TokenizerConfig } from "./tokenizer/tokenizer-config.ts"
export type { AutoencoderConfig } from "./tokenizer/autoencoder-config.ts"
export {
  trainTokenizer,
  type TokenizerEvent,
  type TokenizerTraining,
  type TrainedTokenizer,
  type TrainTokenizerOptions,
} from "./tokenizer/train-tokenizer.ts"
export { tokenizerLoss, type TokenizerLossConfig, type TokenizerLossOptions } from "./tokenizer/tokenizer-loss.ts"
export { tokenizerReport, type TokenizerReport } from "./tokenizer/tokenizer-report.ts"

// Generator: the next-scale Transformer
export {
  nextScaleTransformer,
  type GeneratorParameters,
  type NextScaleTransformer,
  type NextScaleTransformerOptions,
} from "./generator/next-scale-transformer.ts"
export type { GeneratorConfig } from "./generator/generator-config.ts"
export {
  nextScaleProcess,
  type LabelCondition,
  type NextScaleProcess,
  type NextScaleProcessOptions,
  type NextScaleState,
} from "./generator/next-scale-process.ts"
export {
  trainGenerator,
  type GeneratorEvent,
  type GeneratorTraining,
  type TrainedGenerator,
  type TrainGeneratorOptions,
} from "./generator/train-generator.ts"
export { generatorLoss, type GeneratorLossConfig } from "./generator/generator-loss.ts"
export { tokenStatistics, type TokenScores, type TokenStatisticsOptions } from "./generator/token-statistics.ts"

// Models: both together, as a checkpoint
export { checkTraining, type CheckTrainingOptions } from "./model/check-training.ts"
export { countModelParameters, expectedTensors } from "./model/expected-tensors.ts"
export {
  generatorOf,
  imageModel,
  loadImageModel,
  saveImageModel,
  type ImageModel,
  type ImageModelConfig,
  type ImageModelOptions,
} from "./model/image-model.ts"
export { trainImageModel, type ImageTrainingEvent, type TrainedImageModel, type TrainImageModelOptions } from "./model/train-image-model.ts"
export { trainingSplit, validationRows, type SplitConfig } from "./model/training-split.ts"
export { shippedModel, shippedModelFolder } from "./model/shipped-model.ts"
export { imagePresets, type ImageTrainingConfig } from "./model/presets.ts"
export { tokenDataset, type TokenDataset, type TokenDatasetOptions } from "./model/token-dataset.ts"

// Diffusion in pixels and in latents: the control
export { unet, type Unet, type UnetConfig, type UnetParameters } from "./diffusion/unet.ts"
export type { ImageDiffusionConfig } from "./diffusion/diffusion-config.ts"
export type { LatentCoder } from "./diffusion/diffusion-space.ts"
export {
  imageDiffusion,
  loadImageDiffusion,
  saveImageDiffusion,
  type ImageDiffusion,
  type ImageDiffusionOptions,
} from "./diffusion/image-diffusion.ts"
export {
  diffusionProcess,
  type DiffusionProcessOptions,
  type DiffusionSampler,
  type ImageDiffusionProcess,
} from "./diffusion/diffusion-process.ts"
export { trainDiffusion, type DiffusionTraining, type TrainDiffusionOptions, type TrainedDiffusion } from "./diffusion/train-diffusion.ts"
export { diffusionPresets, type DiffusionTrainingConfig } from "./diffusion/diffusion-presets.ts"

// Published checkpoints of VAR
export {
  importPublished,
  openPublished,
  type ImportedModel,
  type ImportPublishedOptions,
  type OpenPublishedOptions,
  type PublishedModel,
  type SavePublishedOptions,
} from "./published/import-published.ts"
export { inferPublished, type InferPublishedOptions, type InferredPublished } from "./published/infer-published.ts"
export type { PhiNaming } from "./published/infer-tokenizer.ts"
export { publishedTensors, type PublishedLayout, type PublishedTensor } from "./published/published-tensors.ts"
export type { PublishedNetwork } from "./published/state-dict.ts"
export type { TensorShapes } from "./published/tensor-shapes.ts"
export { checkPublished, type CheckedTensor, type CheckPublishedOptions, type PublishedCheck } from "./published/check-published.ts"

// Sampling: guidance, filters, smooth decoding, rejection
export { classifierScore } from "./sampling/classifier-score.ts"
export type { DrawnImages, DrawnPreview } from "./sampling/draw-batch.ts"
export { generateImages, type GenerateImagesOptions } from "./sampling/generate-images.ts"
export { labelGuidance, type LabelGuidanceOptions } from "./sampling/guidance.ts"
export { checkSampling, type RejectionConfig, type SamplingConfig } from "./sampling/sampling-config.ts"
export { samplingMemory, type SamplingMemoryOptions } from "./sampling/sampling-memory.ts"
export { samplingProcess, type ImageProcess, type SamplingProcessOptions, type TokenProcess } from "./sampling/sampling-process.ts"
export type { SamplingWrapper, SamplingWrapperContext } from "./sampling/sampling-wrapper.ts"
export { smooth, type SmoothOptions } from "./sampling/smooth.ts"

// Editing: inpainting, super-resolution, interpolation
export { editImages, type EditImagesOptions } from "./editing/edit-images.ts"
export { enlargeImages, type EnlargedImages } from "./editing/enlarge-images.ts"
export { interpolateImages, type InterpolateImagesOptions } from "./editing/interpolate-images.ts"
export { keepTokens, type KeepMethod, type KeepTokensOptions, type SummedState } from "./editing/keep-tokens.ts"
export { reconstructImages, type ReconstructImagesOptions } from "./editing/reconstruct-images.ts"
export { scaleMasks, type RedrawMask, type ScaleMasksOptions } from "./editing/scale-masks.ts"

// Likelihood and calibration
export { calibrateTokens, type CalibrateTokensOptions, type SamplerCalibration } from "./likelihood/calibrate-tokens.ts"
export { imageLikelihood, type ImageLikelihood, type ImageLikelihoodOptions, type PixelBound } from "./likelihood/image-likelihood.ts"
export { teacherForcedLogits, type TeacherForced } from "./likelihood/teacher-forced-logits.ts"
export { unigramBaseline, type UnigramBaseline, type UnigramBaselineOptions, type UnigramScores } from "./likelihood/unigram-baseline.ts"
