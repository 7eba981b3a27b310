import type { AttributeValue } from "../data/array-file.ts"
import { padded } from "./classic-layout.ts"
import { bytesOf, toBigEndian } from "./classic-type.ts"

/** Types that NetCDF-3 can store. */
export type WritableType = "int8" | "char" | "int16" | "int32" | "float32" | "float64"

/** An attribute with its type; without, text is "char" and numbers are "float64". */
export type TypedAttributes = Readonly<Record<string, AttributeValue | { readonly type: WritableType; readonly values: readonly number[] }>>

/** A variable to be written. */
export interface VariableToWrite {
  readonly name: string
  readonly type: WritableType
  readonly dimensions: readonly string[]
  readonly attributes?: TypedAttributes
  /** What stands where nothing was written yet. @defaultValue its `_FillValue`, or the netCDF library's for the type */
  readonly fill?: number
}

/** What the header of a file to be written says. */
export interface HeaderToWrite {
  /** Length 0 is the unlimited dimension; a variable has it first or not at all. */
  readonly dimensions: readonly { readonly name: string; readonly length: number }[]
  readonly attributes: TypedAttributes
  readonly variables: readonly VariableToWrite[]
}

const codes: Readonly<Record<WritableType, number>> = { int8: 1, char: 2, int16: 3, int32: 4, float32: 5, float64: 6 }

/** A header as bytes, and where each variable begins. */
export interface EncodedHeader {
  readonly bytes: Buffer
  /** In the order of the variables. */
  readonly begins: readonly number[]
}

/**
 * Encodes a NetCDF-3 header by the format's specification (Unidata, "NetCDF Classic Format Specification"): big-endian, names in UTF-8
 * (form NFC) padded with NULs to 4 bytes, fixed variables before record variables.
 *
 * @param version - 1, or 2 for places beyond 2 GiB
 * @param records - number of records that the header shall say
 */
export function encodeHeader({ dimensions, attributes, variables }: HeaderToWrite, version: 1 | 2, records: number): EncodedHeader {
  const lengthOf = (name: string): number => dimensions.find((dimension) => dimension.name === name)!.length
  const isRecord = ({ dimensions: names }: VariableToWrite): boolean => names.length > 0 && lengthOf(names[0]!) === 0
  const slabOf = (variable: VariableToWrite): number => {
    const inner = isRecord(variable) ? variable.dimensions.slice(1) : variable.dimensions
    return inner.reduce((product, name) => product * lengthOf(name), bytesOf(variable.type))
  }
  const encode = (begins: readonly number[]): Buffer =>
    Buffer.concat([
      Buffer.from([0x43, 0x44, 0x46, version]),
      uint32(records),
      list(
        10,
        dimensions.map(({ name, length }) => Buffer.concat([text(name), uint32(length)])),
      ),
      attributeList(attributes),
      list(
        11,
        variables.map((variable, i) =>
          Buffer.concat([
            text(variable.name),
            uint32(variable.dimensions.length),
            ...variable.dimensions.map((name) => uint32(dimensions.findIndex((dimension) => dimension.name === name))),
            attributeList(variable.attributes ?? {}),
            uint32(codes[variable.type]),
            // The field is too narrow for more; readers then go by the dimensions.
            uint32(Math.min(padded(slabOf(variable)), 2 ** 32 - 1)),
            version === 1 ? uint32(begins[i]!) : uint64(begins[i]!),
          ]),
        ),
      ),
    ])
  let next = encode(variables.map(() => 0)).length
  const begins = variables.map(() => 0)
  for (const records of [false, true]) {
    for (const [i, variable] of variables.entries()) {
      if (isRecord(variable) !== records) continue
      begins[i] = next
      next += padded(slabOf(variable))
    }
  }
  return { bytes: encode(begins), begins }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}

const filled = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(padded(bytes.length) - bytes.length)])

function text(value: string): Buffer {
  const bytes = Buffer.from(value.normalize("NFC"), "utf8")
  return Buffer.concat([uint32(bytes.length), filled(bytes)])
}

const list = (tag: number, items: readonly Buffer[]): Buffer =>
  items.length === 0 ? Buffer.alloc(8) : Buffer.concat([uint32(tag), uint32(items.length), ...items])

const attributeList = (attributes: TypedAttributes): Buffer => list(12, Object.entries(attributes).map(attribute))

function attribute([name, value]: [string, TypedAttributes[string]]): Buffer {
  if (typeof value === "object" && "type" in value) {
    const bytes = toBigEndian(value.values, value.type)
    return Buffer.concat([text(name), uint32(codes[value.type]), uint32(value.values.length), filled(bytes)])
  }
  const numbers = typeof value === "number" ? [value] : typeof value === "string" ? [] : value.filter((item) => typeof item === "number")
  if (numbers.length > 0) return attribute([name, { type: "float64", values: numbers }])
  const joined = typeof value === "string" ? value : (value as readonly string[]).join(", ")
  return Buffer.concat([text(name), uint32(codes.char), text(joined)])
}
