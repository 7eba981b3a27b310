import { rmdir } from "node:fs/promises"
import path from "node:path"
import {
  CheckpointError,
  ConfigError,
  matchParameters,
  readCheckpointConfig,
  saveCheckpoint,
  type Shaped,
  type StoredTensor,
  type TensorToWrite,
} from "@scalewise/nn"
import { countModelParameters } from "../model/expected-tensors.ts"
import { imageModelKind, type ImageModelConfig } from "../model/image-model.ts"
import { convertLayout } from "./convert-layout.ts"
import type { InferGeneratorOptions } from "./infer-generator.ts"
import { inferPublished } from "./infer-published.ts"
import { publishedBuffers, publishedTensors, type PublishedTensor } from "./published-tensors.ts"
import { openStateDict, type PublishedNetwork, type StateDict } from "./state-dict.ts"
import type { TensorShapes } from "./tensor-shapes.ts"

/** Options of `openPublished`. */
export interface OpenPublishedOptions extends Pick<InferGeneratorOptions, "grids" | "heads"> {
  /** File of the tokenizer: .pth or safetensors, a bare state dict or a trainer's checkpoint. */
  readonly vae: string
  /** File of the Transformer. @defaultValue the same file, as a trainer's checkpoint holds both */
  readonly var?: string | undefined
}

/** Options of `PublishedModel.save`. */
export interface SavePublishedOptions {
  /** Replace a checkpoint in the folder that was not imported. @defaultValue false */
  readonly overwrite?: boolean
  /** Told how many tensors are written. */
  readonly progress?: ((done: number, total: number) => void) | undefined
  /** Stops between two tensors with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** A published VAR whose headers have been read and found whole. */
export interface PublishedModel {
  readonly config: ImageModelConfig
  readonly parameters: { readonly tokenizer: number; readonly generator: number }
  /** Converts tensor by tensor into a checkpoint folder of kind "image-model"; one tensor at a time is in memory. */
  save(folder: string, options?: SavePublishedOptions): Promise<ImportedModel>
  close(): Promise<void>
}

/** What `importPublished` made. */
export interface ImportedModel {
  readonly folder: string
  readonly config: ImageModelConfig
  readonly parameters: PublishedModel["parameters"]
  /** Where it came from; also in the checkpoint's metadata. */
  readonly files: Readonly<Record<PublishedNetwork, { readonly file: string; readonly sha256: string }>>
}

/** Options of `importPublished`. */
export interface ImportPublishedOptions extends OpenPublishedOptions, SavePublishedOptions {
  /** Folder of the checkpoint. */
  readonly out: string
}

/**
 * Converts the two files of a published VAR into an ordinary checkpoint of ours, which `loadImageModel` reads.
 *
 * @throws CheckpointError for files that are refused, damaged or of something else, and for missing, unknown, misshapen or NaN tensors, by name
 */
export async function importPublished({ out, overwrite, progress, signal, ...files }: ImportPublishedOptions): Promise<ImportedModel> {
  const model = await openPublished(files)
  try {
    return await model.save(out, { ...(overwrite !== undefined && { overwrite }), progress, signal })
  } finally {
    await model.close()
  }
}

/**
 * Opens the files of a published VAR, infers every setting, and compares names and shapes of all tensors with those of such a model. Nothing in
 * the files is executed, and but for one small buffer no numbers are read.
 *
 * @throws CheckpointError for files that are refused, damaged or of something else, and for missing, unknown or misshapen tensors, by name
 */
export async function openPublished({ vae, var: transformer = vae, grids, heads }: OpenPublishedOptions): Promise<PublishedModel> {
  const paths = { tokenizer: vae, generator: transformer }
  const opened: StateDict[] = []
  const close = async (): Promise<void> => void (await Promise.all(opened.map((one) => one.close())))
  const openOne = async (network: PublishedNetwork): Promise<StateDict> => {
    const one = await openStateDict(paths[network], network)
    opened.push(one)
    return one
  }
  try {
    const dicts = { tokenizer: await openOne("tokenizer"), generator: await openOne("generator") }
    const { config, phiNaming } = inferPublished({
      tokenizer: shapesOf(dicts.tokenizer),
      generator: shapesOf(dicts.generator),
      files: { tokenizer: dicts.tokenizer.file, generator: dicts.generator.file },
      levels: await levelsOf(dicts.generator),
      grids,
      heads,
    })
    const tensors = publishedTensors(config, phiNaming)
    for (const network of ["tokenizer", "generator"] as const) compare(tensors, dicts[network], network)
    const parameters = countModelParameters(config)
    return {
      config,
      parameters,
      close,
      async save(folder, { overwrite = false, progress, signal } = {}) {
        await refuseOther(folder, overwrite)
        const hashes = { tokenizer: await dicts.tokenizer.hash(), generator: "" }
        hashes.generator = transformer === vae ? hashes.tokenizer : await dicts.generator.hash()
        const files = {
          tokenizer: { file: path.basename(vae), sha256: hashes.tokenizer },
          generator: { file: path.basename(transformer), sha256: hashes.generator },
        }
        let done = 0
        const written = tensors.map((tensor): [string, TensorToWrite] => [
          tensor.name,
          {
            dtype: "F32",
            shape: tensor.shape,
            async values() {
              signal?.throwIfAborted()
              const values = await readTensor(tensor, dicts[tensor.network])
              progress?.(++done, tensors.length)
              return values
            },
          },
        ])
        try {
          const metadata = { source: "published VAR checkpoint", files }
          await saveCheckpoint(folder, { kind: imageModelKind, config, tensors: new Map(written), metadata })
        } catch (error) {
          await rmdir(folder).catch(() => {}) // made for nothing; one with anything in it stays
          throw error
        }
        return { folder, config, parameters, files }
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

const shapesOf = ({ tensors }: StateDict): TensorShapes => Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]))

/** The numbers of `lvl_1L`, where the file has it. */
async function levelsOf({ tensors, read }: StateDict): Promise<number[] | undefined> {
  if (!tensors.has("lvl_1L")) return undefined
  const { values } = await read("lvl_1L")
  return Array.from(values, Number)
}

/** @throws CheckpointError that names missing, unknown and misshapen tensors of one file, by their published names */
function compare(tensors: readonly PublishedTensor[], { tensors: found, file }: StateDict, network: PublishedNetwork): void {
  const expected: Record<string, Shaped> = {}
  for (const tensor of tensors) if (tensor.network === network) for (const source of tensor.sources) expected[source.name] = source
  matchParameters(expected, Object.fromEntries([...found].filter(([name]) => !publishedBuffers[network].test(name))), file)
}

/** An imported checkpoint may be made again; one that took hours of training is not lost by a wrong --out. */
async function refuseOther(folder: string, overwrite: boolean): Promise<void> {
  if (overwrite) return
  const old = await readCheckpointConfig(folder).catch(() => undefined)
  if (old && !("source" in old.metadata && "files" in old.metadata))
    throw new ConfigError(`${folder}: expected an empty or new folder, found a checkpoint of "${old.kind}"; choose another folder`)
}

async function readTensor(tensor: PublishedTensor, dict: StateDict): Promise<Float32Array> {
  const sources: Float32Array[] = []
  for (const { name } of tensor.sources) sources.push(finiteFloats(await dict.read(name), name, dict.file))
  return convertLayout(tensor, sources)
}

function finiteFloats({ dtype, shape, values }: StoredTensor, name: string, file: string): Float32Array {
  const where = `${file}: tensor "${name}" [${shape.join(", ")}]`
  if (!(values instanceof Float32Array || values instanceof Float64Array))
    throw new CheckpointError(`${where}: expected floating-point numbers, found ${dtype}; the file is damaged or of something else`)
  const floats = values instanceof Float32Array ? values : Float32Array.from(values)
  const at = floats.findIndex((value) => !Number.isFinite(value))
  if (at >= 0)
    throw new CheckpointError(
      `${where}: expected finite numbers, found ${floats[at]} at element ${at}; the checkpoint is damaged, take another`,
    )
  return floats
}
