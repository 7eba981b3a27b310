import { CheckpointError } from "../errors.ts"
import type { FlatParameters } from "../parameters.ts"
import { unfinished, writeAtomically } from "./atomic-write.ts"
import { fileError, nodeFileSystem, type FileSystem } from "./file-system.ts"
import { matchParameters, type Shaped } from "./match-parameters.ts"
import { loadTensors, saveTensors, writeSafetensors, type TensorToWrite } from "./safetensors.ts"

/** What a checkpoint says of itself, as JSON. */
export interface CheckpointConfig<Config = unknown> {
  /** Version of this layout of files. */
  readonly format: number
  /** What it is a checkpoint of, e.g. `image-tokenizer`. */
  readonly kind: string
  /** Version of that model's parameters and configuration. */
  readonly version: number
  /** What the model was made with; enough to make it again. */
  readonly config: Config
  /** Anything else worth keeping: scores, the command, hashes of data. */
  readonly metadata: Readonly<Record<string, unknown>>
  /** Name of the safetensors file beside. */
  readonly tensors: string
}

/** Options of `saveCheckpoint`. */
export interface SaveCheckpointOptions {
  /** What it is a checkpoint of, e.g. `image-tokenizer`. */
  kind: string
  /** Version of that model's parameters and configuration. @defaultValue 1 */
  version?: number
  /** What the model was made with, as JSON. @defaultValue {} */
  config?: unknown
  /** By dotted name: tensors, which stay the caller's, or what is read when its turn to be written comes, so that it need not fit into memory. */
  tensors: FlatParameters | ReadonlyMap<string, TensorToWrite>
  /** Anything else worth keeping, as JSON. @defaultValue {} */
  metadata?: Readonly<Record<string, unknown>>
  /** Format of float32 tensors in the file; what is read late says its own. @defaultValue "F32" */
  floats?: "F32" | "F16" | "BF16"
  /** Where the folder lies. @defaultValue the real file system */
  fileSystem?: FileSystem | undefined
}

/** Options of `loadCheckpoint`. */
export interface LoadCheckpointOptions<Config = unknown> {
  /** Refuse checkpoints of anything else. */
  kind: string
  /** Refuse other versions. @defaultValue 1 */
  version?: number
  /** The tensors that the model of this configuration has; names and shapes must be equal. @defaultValue not compared */
  expected?: (config: Config) => Readonly<Record<string, Shaped>>
  /** Refuse NaN and infinities. @defaultValue true */
  finite?: boolean
  /** Where the folder lies. @defaultValue the real file system */
  fileSystem?: FileSystem | undefined
}

const format = 1
const configFile = "config.json"
const tensorFiles = ["model.safetensors", "model-2.safetensors"] as const

/**
 * Saves a checkpoint: a folder with `config.json` and a safetensors file. Where there is one already, the new tensors go into a
 * second file, and the rename of `config.json`, which names it, makes the change: at any moment the folder holds one whole
 * checkpoint, the old or the new. Other files in the folder are left alone.
 *
 * @throws CheckpointError where the folder cannot be written
 */
export async function saveCheckpoint(folder: string, options: SaveCheckpointOptions): Promise<void> {
  const { kind, version = 1, config = {}, tensors, metadata = {}, floats = "F32", fileSystem } = options
  const files = fileSystem ?? (await nodeFileSystem())
  await files.mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw fileError("write", folder, error)
  })
  const old = await readCheckpointConfig(folder, files).catch(() => undefined)
  const file = old?.tensors === tensorFiles[0] ? tensorFiles[1] : tensorFiles[0]
  const path = `${folder}/${file}`
  if (isMap(tensors)) await writeSafetensors(path, tensors, { fileSystem: files })
  else await saveTensors(path, tensors, { floats, fileSystem: files })
  const written: CheckpointConfig = { format, kind, version, config, metadata, tensors: file }
  await writeAtomically(`${folder}/${configFile}`, (sink) => sink(new TextEncoder().encode(`${JSON.stringify(written, null, 2)}\n`)), files)
  await removeLeftovers(folder, file, files).catch(() => {})
}

const isMap = (tensors: SaveCheckpointOptions["tensors"]): tensors is ReadonlyMap<string, TensorToWrite> => tensors instanceof Map

/** The tensors of the checkpoint before, and what a killed process left half-written under one of our names. */
async function removeLeftovers(folder: string, current: string, files: FileSystem): Promise<void> {
  const ours: readonly string[] = [configFile, ...tensorFiles]
  for (const name of await files.readdir(folder)) {
    const replaced = name !== current && tensorFiles.some((file) => file === name)
    if (replaced || (unfinished.test(name) && ours.includes(name.replace(unfinished, ""))))
      await files.rm(`${folder}/${name}`, { force: true })
  }
}

/**
 * Loads a checkpoint; the caller disposes the tensors.
 *
 * @throws CheckpointError for one of another kind, version or format, for missing, unknown or misshapen tensors, and for NaN
 */
export async function loadCheckpoint<Config = unknown>(
  folder: string,
  { kind, version = 1, expected, finite = true, fileSystem }: LoadCheckpointOptions<Config>,
): Promise<{ config: Config; metadata: Readonly<Record<string, unknown>>; tensors: FlatParameters }> {
  const found = await readCheckpointConfig<Config>(folder, fileSystem)
  if (found.kind !== kind)
    throw new CheckpointError(`${folder}: expected a checkpoint of "${kind}", found one of "${found.kind}"; choose another`)
  if (found.version !== version)
    throw new CheckpointError(
      `${folder}: expected version ${version} of "${kind}", found version ${found.version}; train again, or use the release that made it`,
    )
  const tensors = await loadTensors(`${folder}/${found.tensors}`, { finite, fileSystem })
  try {
    if (expected) matchParameters(expected(found.config), tensors, folder)
    return { config: found.config, metadata: found.metadata, tensors }
  } catch (error) {
    for (const tensor of Object.values(tensors)) tensor.dispose()
    throw error
  }
}

/**
 * What a checkpoint says of itself, without its tensors.
 *
 * @throws CheckpointError where there is no whole checkpoint in the folder
 */
export async function readCheckpointConfig<Config = unknown>(folder: string, fileSystem?: FileSystem): Promise<CheckpointConfig<Config>> {
  const path = `${folder}/${configFile}`
  const files = fileSystem ?? (await nodeFileSystem())
  const text = await files.readFile(path, "utf8").catch((error: unknown) => {
    throw fileError("read", path, error)
  })
  let found: Partial<CheckpointConfig<Config>> | null
  try {
    found = JSON.parse(text) as Partial<CheckpointConfig<Config>> | null
  } catch (cause) {
    throw new CheckpointError(`${path}: expected JSON: ${(cause as Error).message}; the file is damaged, copy it again`, { cause })
  }
  if (typeof found?.kind !== "string" || typeof found.version !== "number" || !tensorFiles.some((name) => name === found.tensors))
    throw new CheckpointError(
      `${path}: expected the config of a checkpoint (format, kind, version, config, tensors); this is another kind of JSON file`,
    )
  if (found.format !== format)
    throw new CheckpointError(`${path}: expected checkpoint format ${format}, found ${found.format}; use the release that made it`)
  return { metadata: {}, ...found } as CheckpointConfig<Config>
}
