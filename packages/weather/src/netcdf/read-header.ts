import { NetCDFReader } from "netcdfjs"
import type { AttributeValue, Attributes, StoredType } from "../data/array-file.ts"
import { HeaderFault, type ClassicHeader } from "./classic-header.ts"
import { parseHeader } from "./parse-header.ts"

const types: Readonly<Record<string, StoredType>> = {
  byte: "int8",
  char: "char",
  short: "int16",
  int: "int32",
  float: "float32",
  double: "float64",
}

/**
 * Reads the header of a classic NetCDF file: CDF-1 and CDF-2 through netcdfjs, whose readings are mended (names and texts are UTF-8,
 * bytes are signed, lists may be empty, 0xFFFFFFFF records means that the file was being streamed), CDF-5 and far data by
 * `parseHeader`. Sizes and steps of records are not taken from it: see `classicLayout`.
 *
 * @param bytes - the beginning of the file
 * @throws HeaderFault for what is no such header, HeaderCut where the bytes end within it
 */
export function readHeader(bytes: Buffer): ClassicHeader {
  const version = bytes[3]
  if (version === 5) return parseHeader(bytes)
  if (version !== 1 && version !== 2) throw new HeaderFault(`version ${version}, where 1, 2 and 5 exist`)
  // netcdfjs makes room for as much as a header claims, so every count is held against the bytes first.
  const checked = parseHeader(bytes)
  if (checked.variables.some(({ begin }) => begin >= 2 ** 32)) return checked
  const header = netcdfjsHeader(bytes)
  const { recordDimension, dimensions = [], globalAttributes = [], variables = [] } = header
  return {
    version,
    records: recordDimension.length === 2 ** 32 - 1 ? undefined : recordDimension.length,
    dimensions: dimensions.map(({ name, size }) => ({ name: nameOf(name), length: size })),
    attributes: attributesOf(globalAttributes),
    variables: variables.map(({ name, dimensions: dimensionIds, attributes, type, offset }) => {
      const stored = types[type]
      if (stored === undefined) throw new HeaderFault(`a type of data that does not exist, for the variable "${utf8(name)}"`)
      return { name: nameOf(name), type: stored, dimensionIds, attributes: attributesOf(attributes), begin: offset }
    }),
  }
}

type NetcdfjsHeader = NetCDFReader["header"]

/** Of empty lists netcdfjs gives undefined, whatever its types say. */
function netcdfjsHeader(bytes: Buffer): Partial<NetcdfjsHeader> & Pick<NetcdfjsHeader, "recordDimension"> {
  try {
    return new NetCDFReader(bytes).header
  } catch (error) {
    throw new HeaderFault((error as Error).message.replace(/^Not a valid NetCDF v3\.x file: /, ""))
  }
}

function attributesOf(list: readonly { name: string; type: string; value: unknown }[]): Attributes {
  return Object.fromEntries(list.map(({ name, type, value }) => [nameOf(name), attributeValue(type, value)]))
}

function attributeValue(type: string, value: unknown): AttributeValue {
  if (type === "char") return utf8(value as string).replace(/\0+$/, "")
  const sign = type === "byte" ? (byte: number): number => (byte << 24) >> 24 : (number: number): number => number
  if (typeof value === "number") return sign(value)
  // One-byte values come as a typed array, the others as plain arrays.
  const numbers = Array.from(value as ArrayLike<number>, sign)
  return numbers.length === 1 ? numbers[0]! : numbers
}

/** netcdfjs gives each byte of a text as the character of its sign-extended value. */
const utf8 = (text: string): string => Buffer.from(text, "latin1").toString("utf8")

/** Some writers count the NUL that ends a name in C. */
const nameOf = (text: string): string => utf8(text).replace(/\0.*$/s, "")
