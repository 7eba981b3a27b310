import type { StoredType, StoredValues } from "../data/array-file.ts"

/** Number types of the classic formats by their code in the file; 7 to 11 exist in CDF-5 only. */
export const classicTypes: readonly (StoredType | undefined)[] = [
  undefined,
  "int8",
  "char",
  "int16",
  "int32",
  "float32",
  "float64",
  "uint8",
  "uint16",
  "uint32",
  "int64",
  "uint64",
]

const widths: Readonly<Record<StoredType, number>> = {
  int8: 1,
  uint8: 1,
  char: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  float32: 4,
  int64: 8,
  uint64: 8,
  float64: 8,
  string: 0,
}

/** Bytes of one value. */
export const bytesOf = (type: StoredType): number => widths[type]

/** Turns big-endian bytes into numbers. The bytes are overwritten and must begin at a multiple of the type's width in their buffer. */
export function fromBigEndian(bytes: Buffer, type: StoredType): StoredValues {
  const width = bytesOf(type)
  const count = bytes.length / width
  if (width === 2) bytes.swap16()
  else if (width === 4) bytes.swap32()
  else if (width === 8) bytes.swap64()
  const { buffer, byteOffset } = bytes
  switch (type) {
    case "int8":
      return new Int8Array(buffer, byteOffset, count)
    case "int16":
      return new Int16Array(buffer, byteOffset, count)
    case "uint16":
      return new Uint16Array(buffer, byteOffset, count)
    case "int32":
      return new Int32Array(buffer, byteOffset, count)
    case "uint32":
      return new Uint32Array(buffer, byteOffset, count)
    case "float32":
      return new Float32Array(buffer, byteOffset, count)
    case "float64":
      return new Float64Array(buffer, byteOffset, count)
    case "int64":
      return Float64Array.from(new BigInt64Array(buffer, byteOffset, count), Number)
    case "uint64":
      return Float64Array.from(new BigUint64Array(buffer, byteOffset, count), Number)
    default:
      return new Uint8Array(buffer, byteOffset, count)
  }
}

/** Big-endian bytes of numbers, each first brought into the range and precision of the type as a typed array does it. */
export function toBigEndian(values: ArrayLike<number>, type: StoredType): Buffer {
  // A copy, so that the bytes may be swapped in place.
  const typed = new (typedArrayOf(type))(values)
  const bytes = Buffer.from(typed.buffer, typed.byteOffset, typed.byteLength)
  if (typed.BYTES_PER_ELEMENT === 2) bytes.swap16()
  else if (typed.BYTES_PER_ELEMENT === 4) bytes.swap32()
  else if (typed.BYTES_PER_ELEMENT === 8) bytes.swap64()
  return bytes
}

function typedArrayOf(type: StoredType): new (values: ArrayLike<number>) => StoredValues {
  switch (type) {
    case "int8":
      return Int8Array
    case "int16":
      return Int16Array
    case "int32":
      return Int32Array
    case "float32":
      return Float32Array
    case "float64":
      return Float64Array
    default:
      return Uint8Array
  }
}
