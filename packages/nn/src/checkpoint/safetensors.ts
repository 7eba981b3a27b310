import type * as tf from "../backend/tf.ts"
import { CheckpointError } from "../errors.ts"
import type { FlatParameters } from "../parameters.ts"
import { writeAtomically } from "./atomic-write.ts"
import { bufferSource, truncated, type ByteSource } from "./byte-source.ts"
import { fileSource, type FileSystem } from "./file-system.ts"
import { formatSafetensorsHeader, parseSafetensorsHeader, safetensorsHeaderLength } from "./safetensors-header.ts"
import {
  decodeValues,
  elementCount,
  encodeValues,
  firstNonFinite,
  toTensor,
  type StoredDtype,
  type StoredTensor,
  type StoredTensorInfo,
  type StoredValues,
  type TensorFile,
} from "./stored-tensor.ts"

/** A path, or the bytes of a file. */
export type TensorFileInput = string | ArrayBuffer | Uint8Array

/** A tensor to be written, whose numbers are asked for when their turn comes. */
export interface TensorToWrite extends StoredTensorInfo {
  values(): StoredValues | Promise<StoredValues>
}

/** Options of `saveTensors`. */
export interface SaveTensorsOptions {
  /** Texts to keep in the header. @defaultValue none */
  metadata?: Readonly<Record<string, string>>
  /** Format of float32 tensors in the file. @defaultValue "F32" */
  floats?: "F32" | "F16" | "BF16"
  /** Where to write. @defaultValue the real file system */
  fileSystem?: FileSystem | undefined
}

/** Options of `loadTensors` and `loadPth`. */
export interface LoadTensorsOptions {
  /** Load these alone. @defaultValue all */
  names?: readonly string[]
  /** Refuse NaN and infinities. @defaultValue false */
  finite?: boolean
  /** Where to read. @defaultValue the real file system */
  fileSystem?: FileSystem | undefined
}

/** The bytes of a file or buffer, to be closed by the caller. */
export const openSource = async (input: TensorFileInput, fileSystem?: FileSystem): Promise<ByteSource> =>
  typeof input === "string" ? fileSource(input, fileSystem) : bufferSource(input)

/**
 * Opens a safetensors file: reads and verifies the header, and then single tensors on request. Close it afterwards.
 *
 * @throws CheckpointError for a file that is damaged in any way that can be seen from the header and the size
 */
export async function openSafetensors(input: TensorFileInput, fileSystem?: FileSystem): Promise<TensorFile> {
  const source = await openSource(input, fileSystem)
  try {
    if (source.size < 8) throw truncated(source.name, 8, source.size)
    const first = new Uint8Array(8)
    await source.read(0, first)
    const json = new Uint8Array(safetensorsHeaderLength(first, source.size, source.name))
    await source.read(8, json)
    const { metadata, tensors } = parseSafetensorsHeader(json, source.size, source.name)
    return {
      name: source.name,
      metadata,
      tensors,
      async read(name) {
        const entry = tensors.get(name)
        if (!entry) throw new CheckpointError(`${source.name}: there is no tensor "${name}"`)
        const bytes = new Uint8Array(entry.byteLength)
        await source.read(entry.position, bytes)
        return { dtype: entry.dtype, shape: entry.shape, values: decodeValues(entry.dtype, bytes) }
      },
      close: () => source.close(),
    }
  } catch (error) {
    await source.close()
    throw error
  }
}

/** Metadata, names, formats and shapes, without the numbers. */
export async function readSafetensorsHeader(input: TensorFileInput): Promise<Pick<TensorFile, "metadata" | "tensors">> {
  const file = await openSafetensors(input)
  await file.close()
  return { metadata: file.metadata, tensors: file.tensors }
}

/**
 * Writes a safetensors file, whole or not at all, one tensor after the other: never more than one is in memory,
 * and files beyond 2 GiB are no different.
 *
 * @throws CheckpointError in one sentence where the disk is full, the folder read-only and the like
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, TensorToWrite>,
  { metadata, fileSystem }: Pick<SaveTensorsOptions, "metadata" | "fileSystem"> = {},
): Promise<void> {
  const { bytes, order } = formatSafetensorsHeader(tensors, metadata)
  await writeAtomically(
    path,
    async (sink) => {
      await sink(bytes)
      for (const name of order) {
        const { dtype, shape, values } = tensors.get(name)!
        const numbers = await values()
        if (numbers.length !== elementCount(shape))
          throw new CheckpointError(
            `${path}: tensor "${name}": expected ${elementCount(shape)} numbers for [${shape.join(", ")}], got ${numbers.length}`,
          )
        for (const piece of encodeValues(dtype, numbers)) await sink(piece)
      }
    },
    fileSystem,
  )
}

/** Writes tensors of TensorFlow.js to a safetensors file (see `writeSafetensors`). */
export async function saveTensors(
  path: string,
  tensors: FlatParameters,
  { floats = "F32", ...options }: SaveTensorsOptions = {},
): Promise<void> {
  const dtypes: Partial<Record<tf.DataType, StoredDtype>> = { float32: floats, int32: "I32", bool: "BOOL" }
  const entries = Object.entries(tensors).map(([name, tensor]): [string, TensorToWrite] => {
    const dtype = dtypes[tensor.dtype]
    if (!dtype) throw new CheckpointError(`${path}: tensor "${name}": expected float32, int32 or bool, got ${tensor.dtype}`)
    return [name, { dtype, shape: tensor.shape, values: () => tensor.data<"float32" | "int32" | "bool">() }]
  })
  await writeSafetensors(path, new Map(entries), options)
}

/** Reads a safetensors file into tensors of TensorFlow.js, which the caller disposes. */
export async function loadTensors(input: TensorFileInput, options: LoadTensorsOptions = {}): Promise<FlatParameters> {
  return tensorsOf(await openSafetensors(input, options.fileSystem), options)
}

/** Reads an open file into tensors of TensorFlow.js and closes it. */
export async function tensorsOf(
  file: TensorFile,
  { names = [...file.tensors.keys()], finite = false }: LoadTensorsOptions = {},
): Promise<FlatParameters> {
  const loaded: FlatParameters = {}
  try {
    for (const name of names) {
      const stored = await file.read(name)
      if (finite) checkFinite(file.name, name, stored)
      loaded[name] = toTensor(stored, name)
    }
    return loaded
  } catch (error) {
    for (const tensor of Object.values(loaded)) tensor.dispose()
    throw error
  } finally {
    await file.close()
  }
}

function checkFinite(file: string, name: string, { shape, values }: StoredTensor): void {
  const at = firstNonFinite(values)
  if (at >= 0)
    throw new CheckpointError(
      `${file}: tensor "${name}" [${shape.join(", ")}]: expected finite numbers, found ${values[at]} at element ${at}`,
    )
}
