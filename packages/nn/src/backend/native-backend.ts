import * as tf from "./tf.ts"

/** One attribute of a raw TensorFlow operation, as tfjs-node's binding takes it. */
export interface NativeAttribute {
  readonly name: string
  readonly type: number
  readonly value: unknown
}

/**
 * What of tfjs-node's backend is used directly. Every kernel of it goes through the two `execute` methods, so whoever
 * wraps them sees a whole computation.
 */
export interface NativeBackend {
  readonly binding: Readonly<
    Record<
      "TF_FLOAT" | "TF_INT32" | "TF_BOOL" | "TF_ATTR_TYPE" | "TF_ATTR_INT" | "TF_ATTR_BOOL" | "TF_ATTR_STRING" | "TF_ATTR_SHAPE",
      number
    >
  >
  executeSingleOutput(name: string, attributes: readonly NativeAttribute[], inputs: readonly tf.Tensor[]): tf.Tensor
  executeMultipleOutputs(name: string, attributes: readonly NativeAttribute[], inputs: readonly tf.Tensor[], outputs: number): tf.Tensor[]
}

/** tfjs-node's backend where it is the one in use, else undefined. */
export function nativeBackend(): NativeBackend | undefined {
  return tf.getBackend() === "tensorflow" ? (tf.backend() as unknown as NativeBackend) : undefined
}

/** A `type` attribute: `typeAttribute(native, "T")` says that T is float32. */
export function typeAttribute(native: NativeBackend, name: string, dtype: "float32" | "int32" = "float32"): NativeAttribute {
  const { binding } = native
  return { name, type: binding.TF_ATTR_TYPE, value: dtype === "float32" ? binding.TF_FLOAT : binding.TF_INT32 }
}

/** A boolean attribute. */
export function booleanAttribute(native: NativeBackend, name: string, value: boolean): NativeAttribute {
  return { name, type: native.binding.TF_ATTR_BOOL, value }
}
