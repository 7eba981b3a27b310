import { readdir, readFile } from "node:fs/promises"
import path from "node:path"
import { DataError, ShapeError } from "@scalewise/nn/errors"
import * as zarr from "zarrita"
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

/** A folder of files as zarrita wants it: contents by key, undefined where there are none. */
interface FolderStore {
  get(key: string): Promise<Uint8Array | undefined>
}

/**
 * Opens a Zarr folder of version 2 or 3: its arrays are the variables, their dimensions by `_ARRAY_DIMENSIONS` (version 2) or
 * `dimension_names` (version 3). Chunks are read and unpacked as needed.
 *
 * @throws DataError for a folder that is none, and for damaged chunks
 */
export async function openZarr(folder: string): Promise<ArrayFile> {
  const store: FolderStore = {
    async get(key) {
      try {
        return await readFile(path.join(folder, ...key.split("/")))
      } catch (error) {
        if (["ENOENT", "ENOTDIR", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined
        throw error
      }
    },
  }
  const version = (await store.get("zarr.json"))
    ? 3
    : (await store.get(".zgroup")) || (await store.get(".zmetadata")) || (await store.get(".zattrs"))
      ? 2
      : undefined
  if (version === undefined)
    throw new DataError(
      `${folder}: expected a Zarr folder (with "zarr.json" or ".zgroup") or a file, got a folder of another kind; name the data itself`,
    )
  const damaged = (what: string, cause: unknown): DataError =>
    new DataError(
      `${folder}: expected an intact Zarr folder, got one in which ${what} cannot be read (${(cause as Error).message.split("\n")[0]}); fetch or copy it again`,
      { cause },
    )

  const open = version === 3 ? zarr.open.v3 : zarr.open.v2
  const arrays = new Map<string, zarr.Array<zarr.DataType, FolderStore>>()
  const root = zarr.root(store)
  for (const name of await arrayNames(folder, version)) {
    try {
      arrays.set(name, wholeChunks(await open(root.resolve(name), { kind: "array" })))
    } catch (cause) {
      throw damaged(`"${name}"`, cause)
    }
  }
  const attributes = await open(root, { kind: "group" }).then(
    (group) => attributesOf(group.attrs),
    (): Attributes => ({}),
  )
  const dimensions: ArrayDimension[] = []
  const variables = [...arrays].map(([name, array]) => variableOf(name, array, dimensions))

  const read = async (name: string, start: readonly number[], count: readonly number[]): Promise<unknown> => {
    const array = arrays.get(name)!
    try {
      if (array.shape.length === 0) return (await array.getChunk([])).data
      const selected = await zarr.get(
        array,
        start.map((from, axis) => zarr.slice(from, from + count[axis]!)),
      )
      return selected.data
    } catch (cause) {
      throw damaged(`"${name}"`, cause)
    }
  }
  const find = (name: string, isText: boolean): ArrayVariable => {
    const variable = variables.find((one) => one.name === name)
    if (!variable)
      throw new DataError(
        `${folder}: expected a variable of the folder, got "${name}"; it has ${variables.map((one) => one.name).join(", ")}`,
      )
    if ((variable.type === "string") !== isText)
      throw new DataError(
        `${folder}: expected ${isText ? "text" : "numbers"} in "${name}", got ${isText ? "numbers" : "text"}; choose another variable`,
      )
    return variable
  }
  return {
    path: folder,
    format: version === 3 ? "ZARR3" : "ZARR2",
    dimensions,
    attributes,
    variables,
    notices: [],
    async read(name, part): Promise<StoredValues> {
      const { shape } = find(name, false)
      const { start, count } = part ?? { start: shape.map(() => 0), count: shape }
      if (
        start.length !== shape.length ||
        shape.some((length, axis) => !(start[axis]! >= 0 && count[axis]! >= 0 && start[axis]! + count[axis]! <= length))
      )
        throw new ShapeError(
          `part of "${name}": expected start and count within [${shape.join(", ")}], got start [${start.join(", ")}], count [${count.join(", ")}]`,
        )
      if (sizeOf(count) === 0) return new Float32Array(0)
      return numbersOf(await read(name, start, count))
    },
    async readText(name): Promise<string[]> {
      const { shape } = find(name, true)
      const texts = (await read(
        name,
        shape.map(() => 0),
        shape,
      )) as Iterable<unknown>
      return Array.from(texts, (text) => String(text).replace(/[\0 ]+$/, ""))
    },
    close: () => Promise.resolve(),
  }
}

/** zarrita reads the missing end of a chunk that is too short as zeros. */
const wholeChunks = zarr.defineArrayExtension((array) => ({
  async getChunk(...[position, options, more]: Parameters<typeof array.getChunk>) {
    const chunk = await array.getChunk(position, options, more)
    const expected = sizeOf(chunk.shape)
    const found = (chunk.data as { readonly length: number }).length
    if (found < expected) throw new Error(`chunk ${position.join(".")} has ${found} of ${expected} values`)
    return chunk
  },
}))

/** Paths of all arrays below a folder, in alphabetical order. */
async function arrayNames(folder: string, version: 2 | 3, prefix = ""): Promise<string[]> {
  const names: string[] = []
  for (const entry of (await readdir(path.join(folder, prefix), { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!entry.isDirectory()) continue
    const name = prefix === "" ? entry.name : `${prefix}/${entry.name}`
    const files = await readdir(path.join(folder, name))
    if (
      version === 2
        ? files.includes(".zarray")
        : files.includes("zarr.json") && (await nodeType(path.join(folder, name, "zarr.json"))) === "array"
    )
      names.push(name)
    else if (files.includes(version === 2 ? ".zgroup" : "zarr.json")) names.push(...(await arrayNames(folder, version, name)))
  }
  return names
}

async function nodeType(file: string): Promise<unknown> {
  try {
    return (JSON.parse(await readFile(file, "utf8")) as { node_type?: unknown }).node_type
  } catch {
    return "array" // the reader of arrays says what is wrong with it
  }
}

function variableOf(name: string, array: zarr.Array<zarr.DataType, FolderStore>, dimensions: ArrayDimension[]): ArrayVariable {
  const { _ARRAY_DIMENSIONS: listed, ...attrs } = array.attrs as Record<string, unknown>
  const given = array.dimensionNames ?? (Array.isArray(listed) ? listed.map(String) : [])
  const names = array.shape.map((length, axis) => given[axis] ?? `dim_${length}`)
  for (const [axis, dimension] of names.entries())
    if (!dimensions.some((known) => known.name === dimension))
      dimensions.push({ name: dimension, length: array.shape[axis]!, isUnlimited: false })
  const { dtype, fillValue } = array
  const numeric = /^(u?int(8|16|32|64)|float(32|64))$/.test(dtype)
  const type: StoredType = numeric ? (dtype as StoredType) : dtype === "bool" ? "uint8" : "string"
  const attributes = attributesOf(attrs)
  // In version 2 the fill value is what xarray writes as "missing"; in version 3 it only fills chunks that are not there.
  const isMissing =
    array.dimensionNames === undefined && numeric && typeof fillValue === "number" && Number.isFinite(fillValue) && fillValue !== 0
  return { name, type, dimensions: names, shape: array.shape, attributes, ...(isMissing && { fillValue }) }
}

function attributesOf(attrs: Readonly<Record<string, unknown>>): Attributes {
  const isValue = (value: unknown): value is AttributeValue =>
    typeof value === "string" ||
    typeof value === "number" ||
    (Array.isArray(value) &&
      value.length > 0 &&
      ["string", "number"].includes(typeof value[0]) &&
      value.every((item) => typeof item === typeof value[0]))
  return Object.fromEntries(Object.entries(attrs).filter((entry): entry is [string, AttributeValue] => isValue(entry[1])))
}

function numbersOf(data: unknown): StoredValues {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float64Array.from(data as Iterable<bigint>, Number)
  if (ArrayBuffer.isView(data) && !(data instanceof DataView)) return data as StoredValues
  return Float32Array.from(data as Iterable<number>, Number)
}
