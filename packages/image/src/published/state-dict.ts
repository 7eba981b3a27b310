import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { open } from "node:fs/promises"
import { CheckpointError, openPth, openSafetensors, type StoredTensor, type StoredTensorInfo, type TensorFile } from "@scalewise/nn"

/** The two networks of a VAR: the multi-scale VQ-VAE and the Transformer. */
export type PublishedNetwork = "tokenizer" | "generator"

/** The tensors of one network in a file, under the names that the network itself gives them. */
export interface StateDict {
  /** What messages call the file. */
  readonly file: string
  readonly tensors: ReadonlyMap<string, StoredTensorInfo>
  /** Reads one tensor and nothing else. */
  read(name: string): Promise<StoredTensor>
  /** SHA-256 of the whole file, in hexadecimal. */
  hash(): Promise<string>
  close(): Promise<void>
}

/** Any of these says where a network's names begin. */
const landmarks: Readonly<Record<PublishedNetwork, readonly string[]>> = {
  tokenizer: ["quantize.embedding.weight", "encoder.conv_in.weight", "decoder.conv_out.weight"],
  generator: ["word_embed.weight", "pos_1LC", "head_nm.ada_lin.1.weight"],
}

const titles: Readonly<Record<PublishedNetwork, string>> = { tokenizer: "VAR's tokenizer", generator: "VAR's Transformer" }

/**
 * Opens a network in a PyTorch or safetensors file: a bare state dict, or a trainer's checkpoint that holds it under a longer name
 * (`trainer.vae_local.`, `trainer.var_wo_ddp.`). Nothing in a PyTorch file is executed.
 *
 * @throws CheckpointError for a refused, damaged or foreign file
 */
export async function openStateDict(path: string, network: PublishedNetwork): Promise<StateDict> {
  const file = await openTensorFile(path)
  try {
    const prefix = prefixOf(file, network)
    const own = [...file.tensors].filter(([name]) => name.startsWith(prefix))
    return {
      file: file.name,
      tensors: new Map(own.map(([name, info]) => [name.slice(prefix.length), info])),
      read: (name) => file.read(prefix + name),
      hash: () => hashOf(path),
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** The format is taken from the content; the name decides only where that is neither. */
async function openTensorFile(path: string): Promise<TensorFile> {
  const first = Buffer.alloc(9)
  const handle = await open(path).catch(() => undefined) // what is wrong with the path is said by what opens it next
  await handle?.read(first, 0, first.length, 0).catch(() => undefined)
  await handle?.close()
  const isZip = first.toString("latin1", 0, 4) === "PK\x03\x04"
  const isSafetensors = first.toString("latin1", 8) === "{" || /\.safetensors$/i.test(path)
  return isSafetensors && !isZip ? openSafetensors(path) : openPth(path)
}

function prefixOf({ name: file, tensors }: TensorFile, network: PublishedNetwork): string {
  const found = prefixesIn(tensors, network)
  if (found.length === 1) return found[0]!
  if (found.length > 1)
    throw new CheckpointError(
      `${file}: expected one network that could be ${titles[network]}, found ${found.length} (${found.map((prefix) => `"${prefix}"`).join(", ")}); save one of them alone`,
    )
  const other = network === "tokenizer" ? "generator" : "tokenizer"
  const isOther = prefixesIn(tensors, other).length > 0
  const remedy = isOther ? `this is ${titles[other]}; check the order of the files` : "give another file"
  throw new CheckpointError(
    `${file}: expected the state dict of ${titles[network]}, found ${tensors.size} tensors without "${landmarks[network].join('", "')}"; ${remedy}`,
  )
}

function prefixesIn(tensors: TensorFile["tensors"], network: PublishedNetwork): string[] {
  const prefixes = new Set<string>()
  for (const name of tensors.keys())
    for (const landmark of landmarks[network])
      if (name === landmark || name.endsWith(`.${landmark}`)) prefixes.add(name.slice(0, name.length - landmark.length))
  return [...prefixes]
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256")
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 22 })) hash.update(piece as Uint8Array)
  return hash.digest("hex")
}
