// Tensors: the one shared TensorFlow.js
export * as tf from "./backend/tf.ts"

export { disposeExcept, tensorsIn } from "./backend/memory.ts"

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
