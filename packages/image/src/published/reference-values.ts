import { readFile } from "node:fs/promises"
import path from "node:path"
import { CheckpointError, ConfigError, loadTensors, tf, type FlatParameters } from "@scalewise/nn"

/** Numbers that the reference implementation computed, in its layout; whatever the file lacks is undefined or empty. */
export interface ReferenceValues {
  /** [B, C, H, W] in [-1, 1]. */
  readonly image: tf.Tensor | undefined
  /** The latent before quantisation, [B, Z, h, w]. */
  readonly features: tf.Tensor | undefined
  /** Of each scale, int32 [B, L_k]. */
  readonly tokens: readonly tf.Tensor[]
  /** The sum of the codes up to each scale, [B, Z, h, w]. */
  readonly partials: readonly tf.Tensor[]
  /** [B, C, H, W] in [-1, 1]. */
  readonly reconstruction: tf.Tensor | undefined
  /** [B, L - L_1, Z]. */
  readonly teacherInput: tf.Tensor | undefined
  /** [B, L, V]. */
  readonly logits: tf.Tensor | undefined
  /** Images of the most probable tokens at a guidance strength, [B, C, H, W] in [0, 1]. */
  readonly greedy: readonly { readonly name: string; readonly guidance: number; readonly images: tf.Tensor }[]
  /** The class of each image. */
  readonly labels: readonly number[]
  /** How many tensors there are to compare. */
  readonly count: number
  dispose(): void
}

/** The classes that reference files stand for where they do not say. */
const usualLabels: readonly number[] = [3, 1]

const known = /^(image|features|reconstruction|teacher_input|logits|labels|tokens\.\d+|f_hat\.\d+|greedy_cfg\d+(\.\d+)?)$/

/**
 * Reads reference values: a safetensors file with `image`, `features`, `tokens.k`, `f_hat.k`, `reconstruction`, `teacher_input`, `logits` and
 * `greedy_cfgT`. The classes are the tensor `labels`, else those of a `meta.json` beside the file, else 3 and 1.
 *
 * @param given - the classes, over what the files say
 * @throws CheckpointError for a file without such tensors or with others, ConfigError where classes and images differ in number
 */
export async function readReferenceValues(file: string, given?: readonly number[]): Promise<ReferenceValues> {
  const tensors = await loadTensors(file)
  try {
    const names = Object.keys(tensors)
    const unknown = names.filter((name) => !known.test(name))
    if (unknown.length > 0 || names.length === 0)
      throw new CheckpointError(
        `${file}: expected reference values (image, features, tokens.k, f_hat.k, reconstruction, teacher_input, logits, greedy_cfgT), found ${unknown.map((name) => `"${name}"`).join(", ") || "nothing"}; give another file`,
      )
    const lacks = (needed: string, by: RegExp): void => {
      const user = names.find((name) => by.test(name))
      if (user !== undefined && !tensors[needed])
        throw new CheckpointError(`${file}: expected "${needed}" beside "${user}", which cannot be computed without; add it`)
    }
    lacks("image", /^(features|tokens\.\d+)$/)
    lacks("tokens.0", /^(f_hat\.\d+|reconstruction|teacher_input|logits)$/)
    const batch = Object.values(tensors)[0]!.shape[0]
    const labels = given ?? (tensors["labels"] ? Array.from(tensors["labels"].dataSync()) : ((await labelsBeside(file)) ?? usualLabels))
    const needsLabels = names.some((name) => name === "logits" || name.startsWith("greedy"))
    if (needsLabels && labels.length !== batch)
      throw new ConfigError(
        `${file}: expected a class for each of its ${batch} images, got ${labels.length} (${labels.join(", ")}); give them`,
      )
    return {
      image: tensors["image"],
      features: tensors["features"],
      tokens: numbered(tensors, "tokens"),
      partials: numbered(tensors, "f_hat"),
      reconstruction: tensors["reconstruction"],
      teacherInput: tensors["teacher_input"],
      logits: tensors["logits"],
      greedy: names
        .filter((name) => name.startsWith("greedy_cfg"))
        .map((name) => ({ name, guidance: Number(name.slice("greedy_cfg".length)), images: tensors[name]! }))
        .sort((a, b) => a.guidance - b.guidance),
      labels,
      count: names.filter((name) => name !== "image" && name !== "labels").length,
      dispose: () => tf.dispose(Object.values(tensors)),
    }
  } catch (error) {
    tf.dispose(Object.values(tensors))
    throw error
  }
}

/** `NAME.0`, `NAME.1`, ... */
function numbered(tensors: FlatParameters, name: string): tf.Tensor[] {
  const found: tf.Tensor[] = []
  for (let tensor = tensors[`${name}.0`]; tensor; tensor = tensors[`${name}.${found.length}`]) found.push(tensor)
  return found
}

async function labelsBeside(file: string): Promise<number[] | undefined> {
  const text = await readFile(path.join(path.dirname(file), "meta.json"), "utf8").catch(() => undefined)
  if (text === undefined) return undefined
  try {
    const { labels } = JSON.parse(text) as { labels?: unknown }
    return Array.isArray(labels) && labels.every((label) => Number.isInteger(label)) ? (labels as number[]) : undefined
  } catch {
    return undefined // another program's file of that name
  }
}
