import { ConfigError } from "@scalewise/nn/errors"
import { sizeOf, type ArrayFile, type ArrayVariable, type Attributes, type StoredType } from "../data/array-file.ts"
import { openArrayFile } from "../data/open-array-file.ts"
import { bytesOf } from "./classic-type.ts"
import { type HeaderToWrite, type TypedAttributes, type VariableToWrite, type WritableType } from "./encode-header.ts"
import type { NetcdfWriter } from "./netcdf-writer.ts"
import { writeWholeNetcdf } from "./write-whole-netcdf.ts"

/** The narrowest type of NetCDF-3 that holds every number of another one; 64-bit integers as doubles, which is exact below 2^53. */
const widened: Readonly<Record<Exclude<StoredType, "string">, WritableType>> = {
  int8: "int8",
  char: "char",
  int16: "int16",
  int32: "int32",
  float32: "float32",
  float64: "float64",
  uint8: "int16",
  uint16: "int32",
  uint32: "float64",
  int64: "float64",
  uint64: "float64",
}

export interface ConvertToNetcdfOptions {
  readonly signal?: AbortSignal
  /** Told after each variable. */
  readonly onVariable?: (done: number, of: number) => void
}

/** Bytes that are copied at a time. */
const pieceBytes = 4 * 2 ** 20

/**
 * Copies any file that can be read (NetCDF-4, HDF5, Zarr, CDF-5, NetCDF-3) to NetCDF-3, stored numbers, packing and attributes as they
 * are. What NetCDF-3 does not have is replaced: unsigned and 64-bit integers by the next wider type, strings by rows of characters,
 * slashes in names by underscores, unlimited dimensions after the first by fixed ones. The file appears under its name when it is complete.
 *
 * @throws DataError for a file that cannot be read or written; ConfigError where source and target are the same
 */
export async function convertToNetcdf(source: string, target: string, options: ConvertToNetcdfOptions = {}): Promise<void> {
  if (source === target) throw new ConfigError(`convert: expected another file to write to, got ${target} twice; choose a new name`)
  const file = await openArrayFile(source)
  try {
    const texts = await stringsOf(file)
    const header = headerOf(file, texts)
    await writeWholeNetcdf(target, header, recordsOf(file), async (writer) => {
      for (const [i, variable] of file.variables.entries()) {
        await copyVariable(file, variable, header.variables[i]!, writer, texts.get(variable.name), options.signal)
        options.onVariable?.(i + 1, file.variables.length)
      }
    })
  } finally {
    await file.close()
  }
}

const plainName = (name: string): string => name.replaceAll("/", "_")

/** The one dimension that stays unlimited: the first that no variable has anywhere but in the first place. */
const unlimitedOf = ({ dimensions, variables }: ArrayFile): string | undefined =>
  dimensions.find(
    ({ name, isUnlimited, length }) =>
      (isUnlimited || length === 0) && variables.every((variable) => variable.dimensions.indexOf(name) < 1),
  )?.name

const recordsOf = (file: ArrayFile): number => file.dimensions.find(({ name }) => name === unlimitedOf(file))?.length ?? 0

/** All texts of the variables that are strings or characters, as rows of bytes of the same length. */
async function stringsOf(file: ArrayFile): Promise<Map<string, { readonly rows: readonly Buffer[]; readonly length: number }>> {
  const found = new Map<string, { rows: Buffer[]; length: number }>()
  for (const { name, type, shape } of file.variables) {
    if (type !== "string" && type !== "char") continue
    const rows = (await file.readText(name)).map((text) => Buffer.from(text, "utf8"))
    found.set(name, { rows, length: type === "char" ? (shape.at(-1) ?? 1) : Math.max(1, ...rows.map((row) => row.length)) })
  }
  return found
}

function headerOf(file: ArrayFile, texts: ReadonlyMap<string, { readonly length: number }>): HeaderToWrite {
  const unlimited = unlimitedOf(file)
  const empty = file.dimensions.find(({ name, length }) => length === 0 && name !== unlimited)
  if (empty)
    throw new ConfigError(
      `convert ${file.path}: expected one empty dimension at most, as NetCDF-3 has, got "${empty.name}" too; remove its variables first`,
    )
  const dimensions = file.dimensions.map(({ name, length }) => ({ name: plainName(name), length: name === unlimited ? 0 : length }))
  for (const { name, type } of file.variables)
    if (type === "string") dimensions.push({ name: `${plainName(name)}_length`, length: texts.get(name)!.length })
  return {
    dimensions,
    attributes: file.attributes,
    variables: file.variables.map((variable): VariableToWrite => {
      const { name, type, dimensions: along, attributes, fillValue } = variable
      const target = type === "string" ? "char" : widened[type]
      const names = along.map(plainName)
      const filled = fillValue !== undefined && attributes._FillValue === undefined ? { ...attributes, _FillValue: fillValue } : attributes
      return {
        name: plainName(name),
        type: target,
        dimensions: type === "string" ? [...names, `${plainName(name)}_length`] : names,
        attributes: retyped(filled, target, type),
      }
    }),
  }
}

/** Attributes that are compared with stored numbers have to be of the variable's type; the others stay as they are. */
const likeData = new Set(["_FillValue", "missing_value", "valid_min", "valid_max", "valid_range", "flag_values", "flag_masks"])

function retyped(attributes: Attributes, type: WritableType, from: StoredType): TypedAttributes {
  const isWhole = type === "int8" || type === "int16" || type === "int32"
  const kept: Record<string, TypedAttributes[string]> = {}
  for (const [name, value] of Object.entries(attributes)) {
    const values = typeof value === "number" ? [value] : typeof value === "string" ? [] : value.filter((item) => typeof item === "number")
    if (!likeData.has(name) || values.length === 0 || type === "char") kept[name] = value
    // NaN as the fill value of whole numbers means that there is none.
    else if (!isWhole || values.every(Number.isInteger)) kept[name] = { type, values }
    else if (name !== "_FillValue") kept[name] = value
  }
  // A wider type has no sign to mistake any more.
  if (from.startsWith("uint")) delete kept._Unsigned
  return kept
}

async function copyVariable(
  file: ArrayFile,
  { name, type, shape }: ArrayVariable,
  target: VariableToWrite,
  writer: NetcdfWriter,
  texts: { readonly rows: readonly Buffer[]; readonly length: number } | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (texts) {
    const { rows, length } = texts
    const bytes = new Uint8Array(rows.length * length)
    for (const [row, text] of rows.entries()) bytes.set(text.subarray(0, length), row * length)
    const whole = type === "string" ? [...shape, length] : shape
    if (bytes.length > 0) await writer.write(target.name, bytes, { start: whole.map(() => 0), count: whole })
    return
  }
  if (sizeOf(shape) === 0) return
  if (shape.length === 0) {
    await writer.write(target.name, await file.read(name))
    return
  }
  const inner = sizeOf(shape.slice(1)) * Math.max(1, bytesOf(type))
  const step = Math.max(1, Math.floor(pieceBytes / inner))
  for (let row = 0; row < shape[0]!; row += step) {
    signal?.throwIfAborted()
    const part = { start: shape.map((_, axis) => (axis === 0 ? row : 0)), count: [Math.min(step, shape[0]! - row), ...shape.slice(1)] }
    await writer.write(target.name, await file.read(name, part), part)
  }
}
