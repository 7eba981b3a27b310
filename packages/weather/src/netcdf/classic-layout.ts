import { sizeOf, type StoredType } from "../data/array-file.ts"
import type { ClassicHeader } from "./classic-header.ts"
import { bytesOf } from "./classic-type.ts"

/** Where the values of one variable lie in a classic file. */
export interface ClassicSlot {
  readonly type: StoredType
  /** Lengths of the axes; the first is the number of records for a record variable. */
  readonly shape: readonly number[]
  readonly begin: number
  readonly isRecord: boolean
  /** Bytes of one record's values, or of all of a fixed variable, without padding. */
  readonly slabBytes: number
}

/** Where everything lies. */
export interface ClassicLayout {
  readonly records: number
  /** Bytes from one record to the next. */
  readonly recordStep: number
  /** One of each variable, in the header's order. */
  readonly slots: readonly ClassicSlot[]
  /** Byte after the last value. */
  readonly end: number
}

/**
 * The layout that a header means, by the rules of the format: slabs are padded to 4 bytes, except where a single record variable of
 * a narrow type has the records to itself; a streamed file has as many records as fit into it.
 *
 * @param header - with positions of dimensions that exist
 * @param fileBytes - length of the file, which tells the records of a streamed one
 */
export function classicLayout(header: ClassicHeader, fileBytes: number): ClassicLayout {
  const { dimensions, variables } = header
  const slabs = variables.map(({ type, dimensionIds, begin }) => {
    const lengths = dimensionIds.map((id) => dimensions[id]!.length)
    const isRecord = lengths[0] === 0
    const inner = isRecord ? lengths.slice(1) : lengths
    return { type, begin, isRecord, inner, slabBytes: sizeOf(inner) * bytesOf(type) }
  })
  const recordSlabs = slabs.filter(({ isRecord }) => isRecord)
  const recordStep =
    recordSlabs.length === 1 ? recordSlabs[0]!.slabBytes : recordSlabs.reduce((sum, { slabBytes }) => sum + padded(slabBytes), 0)
  const firstRecord = Math.min(...recordSlabs.map(({ begin }) => begin))
  const fitting = recordStep > 0 ? Math.max(0, Math.floor((fileBytes - firstRecord) / recordStep)) : 0
  const records = header.records ?? fitting
  const slots = slabs.map(({ type, begin, isRecord, inner, slabBytes }) => ({
    type,
    begin,
    isRecord,
    slabBytes,
    shape: isRecord ? [records, ...inner] : inner,
  }))
  const ends = slots.map(({ begin, isRecord, slabBytes }) => {
    if (!isRecord) return slabBytes === 0 ? 0 : begin + slabBytes
    return records === 0 || slabBytes === 0 ? 0 : begin + (records - 1) * recordStep + slabBytes
  })
  return { records, recordStep, slots, end: Math.max(0, ...ends) }
}

/** Up to the next multiple of 4. */
export const padded = (bytes: number): number => bytes + ((4 - (bytes % 4)) % 4)
