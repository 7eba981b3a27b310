import * as tf from "../backend/tf.ts"
import { CheckpointError } from "../errors.ts"
import { bfloatToFloat, floatToBfloat, floatToHalf, halfToFloat } from "./half-precision.ts"

/** Element formats that can be stored, by their safetensors names. */
export type StoredDtype = "F64" | "F32" | "F16" | "BF16" | "I64" | "I32" | "I16" | "I8" | "U8" | "BOOL"

/** Numbers as JavaScript holds them: F16 and BF16 are widened to float32 (exactly), BOOL is 0 or 1. */
export type StoredValues = Float64Array | Float32Array | BigInt64Array | Int32Array | Int16Array | Int8Array | Uint8Array

/** What a file says of a tensor before its numbers are read. */
export interface StoredTensorInfo {
  readonly dtype: StoredDtype
  readonly shape: readonly number[]
}

/** A tensor outside TensorFlow.js, in the precision that the file has. */
export interface StoredTensor extends StoredTensorInfo {
  readonly values: StoredValues
}

/** An open file of named tensors: safetensors or PyTorch. */
export interface TensorFile {
  /** What messages call it. */
  readonly name: string
  readonly metadata: Readonly<Record<string, string>>
  /** Name to format and shape, in the order of the file. */
  readonly tensors: ReadonlyMap<string, StoredTensorInfo>
  /** Reads one tensor and nothing else. */
  read(name: string): Promise<StoredTensor>
  close(): Promise<void>
}

/** Bytes of one element. */
export const bytesPerElement: Readonly<Record<StoredDtype, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
}

/** Whether a format is one of those that are read and written. */
export const isStoredDtype = (name: unknown): name is StoredDtype => typeof name === "string" && Object.hasOwn(bytesPerElement, name)

/** Number of elements; throws nothing and may exceed 2^53 for a nonsensical shape. */
export const elementCount = (shape: readonly number[]): number => shape.reduce((size, length) => size * length, 1)

/** Little-endian bytes to numbers. `bytes` must start at a multiple of 8 in its buffer; the result may share it. */
export function decodeValues(dtype: StoredDtype, bytes: Uint8Array): StoredValues {
  const { buffer, byteOffset, byteLength } = bytes
  const count = byteLength / bytesPerElement[dtype]
  switch (dtype) {
    case "F64":
      return new Float64Array(buffer, byteOffset, count)
    case "F32":
      return new Float32Array(buffer, byteOffset, count)
    case "F16":
      return Float32Array.from(new Uint16Array(buffer, byteOffset, count), halfToFloat)
    case "BF16":
      return Float32Array.from(new Uint16Array(buffer, byteOffset, count), bfloatToFloat)
    case "I64":
      return new BigInt64Array(buffer, byteOffset, count)
    case "I32":
      return new Int32Array(buffer, byteOffset, count)
    case "I16":
      return new Int16Array(buffer, byteOffset, count)
    case "I8":
      return new Int8Array(buffer, byteOffset, count)
    default:
      return bytes
  }
}

/** Numbers to little-endian bytes, in pieces of at most `limit` elements, so that nothing of the size of the tensor is copied. */
export function* encodeValues(dtype: StoredDtype, values: StoredValues, limit = 2 ** 20): Generator<Uint8Array> {
  if (dtype === "F16" || dtype === "BF16") {
    const convert = dtype === "F16" ? floatToHalf : floatToBfloat
    for (let at = 0; at < values.length; at += limit)
      yield bytesOf(Uint16Array.from((values as Float32Array).subarray(at, at + limit), convert))
  } else if (values.BYTES_PER_ELEMENT === bytesPerElement[dtype]) {
    yield bytesOf(values)
  } else {
    throw new CheckpointError(
      `encodeValues: expected an array with ${bytesPerElement[dtype]} bytes a number for ${dtype}, got ${values.constructor.name}`,
    )
  }
}

const bytesOf = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

/**
 * A TensorFlow.js tensor: floats become float32, integers int32, BOOL bool.
 *
 * @throws CheckpointError for a 64-bit integer that int32 cannot hold
 */
export function toTensor({ dtype, shape, values }: StoredTensor, name: string): tf.Tensor {
  if (dtype === "BOOL") return tf.tensor(values as Uint8Array, [...shape], "bool")
  if (values instanceof Float32Array) return tf.tensor(values, [...shape], "float32")
  if (values instanceof Float64Array) return tf.tensor(Float32Array.from(values), [...shape], "float32")
  if (!(values instanceof BigInt64Array)) return tf.tensor(Int32Array.from(values), [...shape], "int32")
  const narrow = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    narrow[i] = Number(values[i])
    if (BigInt(narrow[i]!) !== values[i])
      throw new CheckpointError(
        `tensor "${name}": element ${i} is ${values[i]}, which does not fit the 32-bit integers of TensorFlow.js; read the file without it`,
      )
  }
  return tf.tensor(narrow, [...shape], "int32")
}

/** The first NaN or infinity, or -1. */
export function firstNonFinite(values: StoredValues): number {
  return values instanceof Float32Array || values instanceof Float64Array ? values.findIndex((value) => !Number.isFinite(value)) : -1
}
