// Data: files of gridded fields as series of states
export { openGridded, type GriddedDataset, type GriddedVariable, type OpenGriddedOptions } from "./data/open-gridded.ts"
export { readSeries, type ReadSeriesOptions } from "./data/read-series.ts"
export { griddedFile, type FileField, type GriddedFile } from "./data/gridded-file.ts"
export type { FieldSeries, FieldVariable } from "./data/field-series.ts"
export type { TimeAxis } from "./data/time-axis.ts"
export { makeTimeAxis } from "./data/make-time-axis.ts"

// Data: files as named arrays
export { openArrayFile } from "./data/open-array-file.ts"
export type {
  ArrayDimension,
  ArrayFile,
  ArrayFormat,
  ArrayVariable,
  Attributes,
  AttributeValue,
  Hyperslab,
  StoredType,
  StoredValues,
} from "./data/array-file.ts"
export { packingOf, unpackAll, unpacker, type Packing } from "./cf/packing.ts"

// Data: what is in a file
export {
  describeFile,
  type DescribedFile,
  type DescribedGrid,
  type DescribedTime,
  type DescribedVariable,
  type FileDescription,
} from "./data/describe-file.ts"

// Data: files to write
export { createNetcdf, type CreateNetcdfOptions, type NetcdfWriter } from "./netcdf/netcdf-writer.ts"
export type { HeaderToWrite, TypedAttributes, VariableToWrite, WritableType } from "./netcdf/encode-header.ts"
export { convertToNetcdf, type ConvertToNetcdfOptions } from "./netcdf/convert-to-netcdf.ts"

// Data: where to get some
export { publicSets, type PublicSet } from "./data/public-sets.ts"
export { writeChannelSeries, type WriteChannelSeriesOptions } from "./channel-model/write-channel-series.ts"
export { channelModel, type ChannelModel, type ChannelModelOptions } from "./channel-model/channel-model.ts"

// Forecast files
export {
  createForecastFile,
  type CreateForecastFileOptions,
  type ForecastBlock,
  type ForecastFile,
} from "./forecast/create-forecast-file.ts"
export { openForecastFile } from "./forecast/open-forecast-file.ts"
export type { ForecastSource } from "./forecast/forecast-source.ts"
export type { ForecastContents, ForecastLayoutName } from "./forecast/forecast-layout.ts"

// Calendars
export { dateAt, formatDate, hoursOf, parseDate, yearFraction, type Calendar, type CalendarDate } from "./calendar/calendar.ts"
export { parsePeriod } from "./calendar/parse-period.ts"
export { parseSpan, type Period } from "./calendar/parse-span.ts"

// Units
export { canonicalUnits, unitConversion } from "./cf/unit-conversion.ts"

// Grids
export { cellCount, rowWeights, type LatLonGrid } from "./grid/lat-lon-grid.ts"
export { gridText } from "./grid/grid-text.ts"
export { sameGrid } from "./grid/same-grid.ts"

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
