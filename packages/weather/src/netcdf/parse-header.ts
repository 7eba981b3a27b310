import type { AttributeValue, Attributes } from "../data/array-file.ts"
import { HeaderCut, HeaderFault, type ClassicHeader, type ClassicVariable } from "./classic-header.ts"
import { bytesOf, classicTypes, fromBigEndian } from "./classic-type.ts"

/**
 * Reads a header of CDF-5, or of CDF-2 with data beyond 4 GiB, neither of which netcdfjs knows: the layout is the classic one
 * (Unidata, "NetCDF Classic Format Specification") with counts of 8 bytes in CDF-5. Every count is held against the bytes that are
 * there before anything is allocated for it.
 *
 * @throws HeaderFault for what is no such header, HeaderCut where the bytes end within it
 */
export function parseHeader(bytes: Buffer): ClassicHeader {
  const version = bytes[3] as 1 | 2 | 5
  let at = 4

  const take = (length: number): number => {
    const from = at
    if (from + length > bytes.length) throw new HeaderCut()
    at += length
    return from
  }
  const uint32 = (): number => bytes.readUInt32BE(take(4))
  const uint64 = (): number => Number(bytes.readBigUInt64BE(take(8)))
  const count = version === 5 ? uint64 : uint32
  const padded = (length: number): number => {
    const from = take(length)
    take((4 - (length % 4)) % 4)
    return from
  }
  const name = (): string => {
    const length = count()
    const from = padded(length)
    return bytes.toString("utf8", from, from + length).replace(/\0.*$/s, "") // some writers count the NUL that ends a name in C
  }
  const list = <Item>(tag: number, what: string, item: () => Item): Item[] => {
    const found = uint32()
    const items = count()
    if (found === 0 && items === 0) return []
    if (found !== tag) throw new HeaderFault(`the tag ${found} where its list of ${what} begins`)
    const read: Item[] = []
    for (let i = 0; i < items; i++) read.push(item())
    return read
  }
  const attribute = (): [string, AttributeValue] => {
    const called = name()
    const type = typeOf(uint32())
    const values = count()
    const width = bytesOf(type)
    const from = padded(values * width)
    if (type === "char") return [called, bytes.toString("utf8", from, from + values).replace(/\0+$/, "")]
    const numbers = fromBigEndian(Buffer.from(bytes.subarray(from, from + values * width).slice()), type)
    return [called, numbers.length === 1 ? numbers[0]! : [...numbers]]
  }
  const attributes = (): Attributes => Object.fromEntries(list(12, "attributes", attribute))

  const records = count()
  const dimensions = list(10, "dimensions", () => ({ name: name(), length: count() }))
  const global = attributes()
  const variables = list(11, "variables", (): ClassicVariable => {
    const called = name()
    const rank = count()
    const dimensionIds: number[] = []
    for (let i = 0; i < rank; i++) dimensionIds.push(count())
    const its = attributes()
    const type = typeOf(uint32())
    count() // the padded size, which the dimensions tell better
    const begin = version === 1 ? uint32() : uint64()
    return { name: called, type, dimensionIds, attributes: its, begin }
  })
  const isStreaming = records === (version === 5 ? 2 ** 64 : 2 ** 32 - 1)
  return { version, records: isStreaming ? undefined : records, dimensions, attributes: global, variables }
}

function typeOf(code: number): NonNullable<(typeof classicTypes)[number]> {
  const type = classicTypes[code]
  if (type === undefined) throw new HeaderFault(`the type code ${code}`)
  return type
}
