import { DataError, ShapeError } from "@scalewise/nn/errors"
import type { Dataset, File as Hdf5File, Group } from "h5wasm/node"
import {
  sizeOf,
  type ArrayDimension,
  type ArrayFile,
  type ArrayVariable,
  type Attributes,
  type AttributeValue,
  type StoredType,
  type StoredValues,
} from "../data/array-file.ts"

/** h5wasm's codes of types, without their byte order. */
const types: Readonly<Record<string, StoredType>> = {
  b: "int8",
  B: "uint8",
  h: "int16",
  H: "uint16",
  i: "int32",
  I: "uint32",
  l: "int32",
  L: "uint32",
  q: "int64",
  Q: "uint64",
  e: "float32",
  f: "float32",
  d: "float64",
}

/** Attributes by which the netCDF library keeps dimensions in HDF5; nothing that a file says about its data. */
const bookkeeping = new Set([
  "CLASS",
  "NAME",
  "DIMENSION_LIST",
  "REFERENCE_LIST",
  "_Netcdf4Dimid",
  "_Netcdf4Coordinates",
  "_NCProperties",
  "_nc3_strict",
  "DIMENSION_LABELS",
])

/** What the netCDF library calls a scale that is only a dimension, and a variable that has the name of a dimension but is not its axis. */
const onlyDimension = "This is a netCDF dimension but not a netCDF variable"
const notCoordinate = "_nc4_non_coord_"

/** A dataset with what was read of its header. */
interface Entry {
  readonly path: string
  readonly dataset: Dataset
  readonly shape: readonly number[]
  readonly isScale: boolean
}

/**
 * Opens a NetCDF-4 or another HDF5 file through h5wasm. Datasets in groups are named by their path without the leading slash; compressed
 * chunks are read as needed.
 *
 * @throws DataError for a damaged file
 */
export async function openHdf5(path: string): Promise<ArrayFile> {
  const h5wasm = await import("h5wasm/node")
  const module = await h5wasm.ready
  // Errors of the library become exceptions, instead of text on the console.
  module.activate_throwing_error_handler()
  const attempt = <T>(what: string, act: () => T): T => {
    try {
      return act()
    } catch (cause) {
      throw new DataError(
        `${path}: expected an intact NetCDF-4 or HDF5 file, got one in which ${what} cannot be read; fetch or copy it again`,
        { cause },
      )
    }
  }
  const file = attempt("the header", () => new h5wasm.File(path, "r"))
  try {
    return arrayFile(path, file, attempt)
  } catch (error) {
    file.close()
    throw error
  }
}

function arrayFile(path: string, file: Hdf5File, attempt: <T>(what: string, act: () => T) => T): ArrayFile {
  const entries = attempt("the list of variables", () => [...datasetsOf(file, "")])
  const dimensions: ArrayDimension[] = []
  for (const { path: at, dataset, shape, isScale } of entries) {
    if (!isScale || shape.length === 0) continue
    const maximum = dataset.metadata.maxshape?.[0] ?? 0
    dimensions.push({ name: at, length: shape[0]!, isUnlimited: maximum >= 2 ** 63 })
  }
  const dimensionNames = (entry: Entry): string[] => {
    if (entry.isScale && entry.shape.length === 1) return [entry.path]
    return entry.shape.map((length, axis) => {
      const [scale] = attempt(`the axes of "${entry.path}"`, () => entry.dataset.get_attached_scales(axis))
      if (scale !== undefined) return scale.replace(/^\//, "")
      const own = dimensions.find(({ name }) => name === entry.path)
      if (axis === 0 && own) return own.name
      const name = `dim_${length}`
      if (!dimensions.some((dimension) => dimension.name === name)) dimensions.push({ name, length, isUnlimited: false })
      return name
    })
  }
  const byName = new Map<string, Entry>()
  const variables: ArrayVariable[] = []
  for (const entry of entries) {
    const { dataset } = entry
    const nameOfScale = dataset.attrs.NAME && attempt(`"${entry.path}"`, () => dataset.attrs.NAME!.value)
    if (typeof nameOfScale === "string" && nameOfScale.startsWith(onlyDimension)) continue
    const type = typeOf(dataset)
    if (type === undefined) continue // compound and opaque types hold no field
    const name = entry.path.replace(notCoordinate, "")
    byName.set(name, entry)
    variables.push({
      name,
      type,
      dimensions: dimensionNames(entry),
      shape: entry.shape,
      attributes: attempt(`"${name}"`, () => attributesOf(dataset)),
    })
  }
  const find = (name: string, isText: boolean): Entry => {
    const variable = variables.find((one) => one.name === name)
    if (!variable)
      throw new DataError(`${path}: expected a variable of the file, got "${name}"; it has ${variables.map((one) => one.name).join(", ")}`)
    if ((variable.type === "string" || variable.type === "char") !== isText)
      throw new DataError(
        `${path}: expected ${isText ? "text" : "numbers"} in "${name}", got ${isText ? "numbers" : "text"}; choose another variable`,
      )
    return byName.get(name)!
  }
  const isNetcdf = entries.some(({ isScale }) => isScale) || file.attrs._NCProperties !== undefined
  return {
    path,
    format: file.attrs._nc3_strict ? "NETCDF4_CLASSIC" : isNetcdf ? "NETCDF4" : "HDF5",
    dimensions,
    attributes: attempt("the attributes", () => attributesOf(file)),
    variables,
    notices: [],
    read(name, part): Promise<StoredValues> {
      const { dataset, shape } = find(name, false)
      const { start, count } = part ?? { start: shape.map(() => 0), count: shape }
      if (
        start.length !== shape.length ||
        shape.some((length, axis) => !(start[axis]! >= 0 && count[axis]! >= 0 && start[axis]! + count[axis]! <= length))
      )
        throw new ShapeError(
          `part of "${name}": expected start and count within [${shape.join(", ")}], got start [${start.join(", ")}], count [${count.join(", ")}]`,
        )
      if (sizeOf(count) === 0) return Promise.resolve(new Float32Array(0))
      const value = attempt(`"${name}"`, () =>
        shape.length === 0 ? dataset.value : dataset.slice(start.map((from, axis) => [from, from + count[axis]!])),
      )
      return Promise.resolve(numbersOf(value))
    },
    readText(name): Promise<string[]> {
      const { dataset } = find(name, true)
      const value = attempt(`"${name}"`, () => dataset.value)
      const texts = flat(value).map(String)
      const { shape } = byName.get(name)!
      if (variables.find((one) => one.name === name)!.type === "string")
        return Promise.resolve(texts.map((text) => text.replace(/[\0 ]+$/, "")))
      const length = shape.at(-1) ?? 1
      const rows = Array.from({ length: sizeOf(shape.slice(0, -1)) }, (_, i) => texts.slice(i * length, (i + 1) * length).join(""))
      return Promise.resolve(rows.map((text) => text.replace(/[\0 ]+$/, "")))
    },
    close(): Promise<void> {
      file.close()
      return Promise.resolve()
    },
  }
}

function* datasetsOf(group: Group, prefix: string): Generator<Entry> {
  for (const name of group.keys()) {
    const found = group.get(name) as { readonly type: string } | null
    const path = `${prefix}${name}`
    if (found?.type === "Group") yield* datasetsOf(found as unknown as Group, `${path}/`)
    if (found?.type !== "Dataset") continue
    const dataset = found as unknown as Dataset
    const label = dataset.attrs.CLASS?.value
    yield { path, dataset, shape: dataset.shape ?? [], isScale: label === "DIMENSION_SCALE" }
  }
}

function typeOf({ dtype }: Dataset): StoredType | undefined {
  if (typeof dtype !== "string") return undefined
  // NetCDF's characters are texts of one byte each.
  if (/^[AS]/.test(dtype)) return dtype.slice(1) === "1" ? "char" : "string"
  return types[dtype.replace(/^[<>|=]/, "")]
}

function attributesOf(object: { attrs: Dataset["attrs"] }): Attributes {
  const attributes: Record<string, AttributeValue> = {}
  for (const [name, attribute] of Object.entries(object.attrs)) {
    if (bookkeeping.has(name)) continue
    const value = attributeValue(attribute.value)
    if (value !== undefined) attributes[name] = value
  }
  return attributes
}

function attributeValue(value: unknown): AttributeValue | undefined {
  if (typeof value === "string" || typeof value === "number") return value
  if (typeof value === "bigint") return Number(value)
  if (Array.isArray(value)) {
    const list = flat(value)
    if (list.every((item) => typeof item === "string")) return list.length === 1 ? list[0]! : list
    return list.every((item) => typeof item === "number") ? list : undefined
  }
  if (!ArrayBuffer.isView(value)) return undefined
  const numbers = Array.from(value as unknown as ArrayLike<number | bigint>, Number)
  return numbers.length === 1 ? numbers[0]! : numbers
}

const flat = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]).flatMap(flat) : [value])

function numbersOf(value: unknown): StoredValues {
  if (typeof value === "number" || typeof value === "bigint") return Float64Array.of(Number(value))
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) return Float64Array.from(value as Iterable<bigint>, Number)
  if (value instanceof Uint8ClampedArray) return Uint8Array.from(value)
  return value as StoredValues
}
