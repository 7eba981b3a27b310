// Tensors: the one shared TensorFlow.js
export * as tf from "./backend/tf.ts"

export { disposeExcept, tensorsIn } from "./backend/memory.ts"
export {
  availableBackends,
  selectBackend,
  type BackendName,
  type BackendReport,
  type SelectBackendOptions,
} from "./backend/select-backend.ts"
export { nativeBackend, type NativeAttribute, type NativeBackend } from "./backend/native-backend.ts"

// Operations with right values and gradients on every backend
export * as ops from "./ops/index.ts"

// Layers of {init, apply} over them
export * as layers from "./layers/index.ts"

// Errors
export { CheckpointError, ConfigError, DataError, ScalewiseError, ShapeError } from "./errors.ts"

// Randomness
export { randomStream, type RandomStream } from "./random/random-stream.ts"

// Parameters and layers
export {
  countParameters,
  disposeParameters,
  flattenParameters,
  mapParameters,
  unflattenParameters,
  type FlatParameters,
  type Layer,
  type Parameters,
} from "./parameters.ts"

// Checkpoints: safetensors
export {
  loadTensors,
  openSafetensors,
  readSafetensorsHeader,
  saveTensors,
  writeSafetensors,
  type LoadTensorsOptions,
  type SaveTensorsOptions,
  type TensorFileInput,
  type TensorToWrite,
} from "./checkpoint/safetensors.ts"
export type { StoredDtype, StoredTensor, StoredTensorInfo, StoredValues, TensorFile } from "./checkpoint/stored-tensor.ts"
export type { FileSystem, OpenFile } from "./checkpoint/file-system.ts"
export { writeAtomically, type ByteSink } from "./checkpoint/atomic-write.ts"

// Checkpoints: PyTorch files, and folders with a config
export { loadPth, openPth } from "./checkpoint/pth.ts"
export {
  loadCheckpoint,
  readCheckpointConfig,
  saveCheckpoint,
  type CheckpointConfig,
  type LoadCheckpointOptions,
  type SaveCheckpointOptions,
} from "./checkpoint/checkpoint.ts"
export { matchParameters, type Shaped } from "./checkpoint/match-parameters.ts"

// Training loop
export { train, type EvaluateOptions, type PreparedBatch, type TrainCheckpointOptions, type TrainOptions } from "./training/train.ts"
export type { TrainEvent } from "./training/train-event.ts"
export { residentDataset, type Dataset, type ResidentField } from "./training/dataset.ts"

// What trainings share
export { adamwOf, onlyWeightsDecay, type AdamWTraining, type TrainingRun } from "./training/adamw-training.ts"

// Optimisers and their schedules
export { adamw, type AdamWOptions } from "./optimizer/adamw.ts"
export { clipByGlobalNorm } from "./optimizer/clip-by-global-norm.ts"
export { ema } from "./optimizer/ema.ts"
export type { Optimizer, OptimizerScalars, ParameterGroup, ResourceVariables } from "./optimizer/optimizer.ts"
export {
  constant,
  cosine,
  linearSchedule,
  plateau,
  type PlateauOptions,
  type Schedule,
  type ScheduleOptions,
} from "./optimizer/schedule.ts"
export { sgd, type SgdOptions } from "./optimizer/sgd.ts"

// Compiled steps: training and forward passes
export { CaptureError } from "./compile/capture-error.ts"
export { compile } from "./compile/compile.ts"
export { compileFunction, type CompiledFunction, type CompiledOutput, type CompileFunctionOptions } from "./compile/compile-function.ts"
export { forwardedStep } from "./compile/forwarded-step.ts"
export type { CompileOptions, Loss, StepInputs, TrainStep } from "./compile/train-step.ts"
export type { OperationTime } from "./compile/profile.ts"
