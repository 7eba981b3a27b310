import type { Attributes, StoredType } from "../data/array-file.ts"

/** A variable as a classic header describes it. */
export interface ClassicVariable {
  readonly name: string
  readonly type: StoredType
  /** Positions in the list of dimensions. */
  readonly dimensionIds: readonly number[]
  readonly attributes: Attributes
  /** Byte at which its data (a record variable's first record) begins. */
  readonly begin: number
}

/** The header of a classic file: CDF-1, CDF-2 or CDF-5. */
export interface ClassicHeader {
  readonly version: 1 | 2 | 5
  /** Number of records as the header has it; undefined where the file was being streamed. */
  readonly records: number | undefined
  /** Length 0 is the unlimited dimension. */
  readonly dimensions: readonly { readonly name: string; readonly length: number }[]
  readonly attributes: Attributes
  readonly variables: readonly ClassicVariable[]
}

/** A header that does not fit the format; the message ends a sentence that begins "expected a NetCDF header, got". */
export class HeaderFault extends Error {}

/** The header goes on past the bytes that were given. */
export class HeaderCut extends Error {}
