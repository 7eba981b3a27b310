// Data: files, series of states, forecast files, calendars, units and grids. Also by themselves as @scalewise/weather/data, without
// TensorFlow.js, which takes a second to load.
export * from "./data/index.ts"

// Weather of a model, for machines without data
export { writeChannelSeries, type WriteChannelSeriesOptions } from "./channel-model/write-channel-series.ts"
export { channelModel, type ChannelModel, type ChannelModelOptions } from "./channel-model/channel-model.ts"

// The forecaster: forward and backward process
export {
  forecastBody,
  forecastProcess,
  type ForecastBody,
  type ForecastParameters,
  type ForecastProcess,
  type ForecastState,
} from "./forecaster/forecast-process.ts"
export type { ConditionFeatures, ForecastCondition, LinearParts } from "./forecaster/conditioning.ts"
export type { ForecasterConfig, RefinerConfig, TargetForm } from "./forecaster/forecaster-config.ts"
export { scaleWavelengths } from "./forecaster/scale-wavelengths.ts"

// The forecaster: training, checkpoints, calibration
export { forecasterPresets } from "./forecaster/presets.ts"
export {
  trainForecaster,
  type ForecasterTrainingConfig,
  type ForecasterTrainingEvent,
  type PreparedSummary,
  type TrainedForecaster,
  type TrainForecasterOptions,
} from "./forecaster/train-forecaster.ts"
export {
  forecaster,
  loadForecaster,
  saveForecaster,
  type Forecaster,
  type ForecasterOptions,
  type SaveForecasterOptions,
} from "./forecaster/forecaster.ts"
export {
  calibrateForecaster,
  ensembleQuality,
  type CalibrateOptions,
  type Calibration,
  type CalibrationTrial,
  type EnsembleQuality,
} from "./forecaster/calibrate.ts"

// The forecaster: ensembles
export { initialStates, type InitialStates } from "./forecaster/initial-states.ts"
export { modelForecasts, type ModelForecastsOptions } from "./forecaster/model-forecasts.ts"
export { refinementFilm, type FilmFrame } from "./forecaster/refinement-film.ts"
export { rollout, type InitialState, type RolloutLead, type RolloutOptions } from "./forecaster/rollout.ts"
export { writeForecast, type WriteForecastOptions, type WrittenForecast } from "./forecaster/write-forecast.ts"
export { shippedForecasterFolder, shippedForecasters } from "./forecaster/shipped-forecasters.ts"

// Verification
export { verifyForecast, type VerifyForecastOptions } from "./verification/verify-forecast.ts"
export type {
  BandScores,
  Comparison,
  EventScores,
  LeadScores,
  Score,
  ScoreInterval,
  SpectrumScores,
  SystemScores,
  VariableVerification,
  VerificationResult,
  VerifiedStarts,
} from "./verification/verification-result.ts"
export { verifyWithBaselines, type VerifiedForecast, type VerifyWithBaselinesOptions } from "./verification/verify-with-baselines.ts"
export { selectForecast, type SelectForecastOptions } from "./forecast/select-forecast.ts"
export { cutToGrid } from "./verification/cut-to-grid.ts"
export { checkComparable, gridDifference } from "./verification/check-comparable.ts"
export {
  defaultEvents,
  eventName,
  trainingQuantiles,
  type QuantileEvent,
  type TrainingQuantiles,
} from "./verification/training-quantiles.ts"
export { isGaussian, type GaussianForecastSource } from "./forecast/gaussian-forecast-source.ts"

// Verification: single scores
export { anomalyCorrelation } from "./verification/anomaly-correlation.ts"
export { blockBootstrap, type BlockBootstrapOptions, type BootstrapInterval } from "./verification/block-bootstrap.ts"
export { brierScore, type BrierScore } from "./verification/brier-score.ts"
export { bestThresholds, costLossRatios, economicValue, type EconomicValueOptions } from "./verification/economic-value.ts"
export { energyScore } from "./verification/energy-score.ts"
export { ensembleCrps, type EnsembleCrpsOptions } from "./verification/ensemble-crps.ts"
export { addEvent, baseRate, eventTable, reliabilityDiagram, sumOfTables, type EventTable } from "./verification/event-table.ts"
export { gaussianCrps, normalCdf } from "./verification/gaussian-crps.ts"
export { rankDeviation, rankFlatness, rankOf } from "./verification/rank-histogram.ts"
export { rocCurve, type RocCurve } from "./verification/roc-curve.ts"
export { skillScore, spreadSkillRatio } from "./verification/skill-score.ts"
export { nearbyPairs, variogramScore, type CellPairs } from "./verification/variogram-score.ts"
export { logSpectralDistance, zonalSpectrum, type ZonalSpectrum } from "./verification/zonal-spectrum.ts"

// Baselines
export { baselineForecasts, baselineNames, type BaselineName } from "./baseline/baseline-forecasts.ts"
export type { BaselineOptions } from "./baseline/baseline-setting.ts"

// Climatology
export {
  climatologyOf,
  fitClimatology,
  type HarmonicClimatology,
  type HarmonicCoefficients,
  type HarmonicOptions,
} from "./climatology/harmonic-climatology.ts"
