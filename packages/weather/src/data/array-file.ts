/** How numbers are stored. 64-bit integers are read as doubles: exact below 2^53, which every time axis is. */
export type StoredType =
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "float32"
  | "float64"
  | "char"
  | "string"

/** Numbers as they are stored, before any CF decoding. */
export type StoredValues = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array

/** Text, one number, or several numbers or texts. */
export type AttributeValue = string | number | readonly number[] | readonly string[]

export type Attributes = Readonly<Record<string, AttributeValue>>

/** A named axis. */
export interface ArrayDimension {
  readonly name: string
  readonly length: number
  readonly isUnlimited: boolean
}

/** A named array of a file. */
export interface ArrayVariable {
  readonly name: string
  readonly type: StoredType
  /** Names, slowest first. */
  readonly dimensions: readonly string[]
  readonly shape: readonly number[]
  readonly attributes: Attributes
  /** What unwritten parts hold, where the format itself says so (Zarr). */
  readonly fillValue?: number
}

/** Part of an array: first index and length along each axis; [rank] each. */
export interface Hyperslab {
  readonly start: readonly number[]
  readonly count: readonly number[]
}

/** Names by which netCDF tools call the formats, and Zarr's two. */
export type ArrayFormat =
  | "NETCDF3_CLASSIC"
  | "NETCDF3_64BIT_OFFSET"
  | "NETCDF3_64BIT_DATA"
  | "NETCDF4"
  | "NETCDF4_CLASSIC"
  | "HDF5"
  | "ZARR2"
  | "ZARR3"

/** An open file of named arrays, of whatever format: the lowest level, that knows nothing of weather. */
export interface ArrayFile {
  readonly path: string
  readonly format: ArrayFormat
  readonly dimensions: readonly ArrayDimension[]
  readonly attributes: Attributes
  readonly variables: readonly ArrayVariable[]
  /** What was odd about the file but could be mended. */
  readonly notices: readonly string[]
  /**
   * Numbers of a part of a variable as they are stored, row-major; [product of `count`]. Without a part, all of it.
   *
   * @throws DataError for a variable of text, for one that is not there and for a damaged file; ShapeError for a part outside of it
   */
  read(name: string, part?: Hyperslab): Promise<StoredValues>
  /** Texts of a variable of strings, or of characters, whose last axis then runs along each text; trailing blanks and NULs are cut. */
  readText(name: string): Promise<string[]>
  close(): Promise<void>
}

/** Number of values of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1)
