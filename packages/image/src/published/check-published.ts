import { guided, sample } from "@scalewise/core"
import { CheckpointError, compileFunction, DataError, ShapeError, tf } from "@scalewise/nn"
import type { ImageModel } from "../model/image-model.ts"
import { compareTokens } from "./compare-tokens.ts"
import { readReferenceValues, type ReferenceValues } from "./reference-values.ts"
import { relativeError } from "./relative-error.ts"

/** How far one tensor of ours is from its reference. */
export interface CheckedTensor {
  readonly name: string
  /** Values: the largest difference relative to the largest reference value. Tokens: by how much the reference's worst code is farther than ours, relative. */
  readonly error: number
  /** What `error` may be. */
  readonly limit: number
  /** Tokens that differ, those of tied distances included; undefined for other tensors. */
  readonly different?: number
  readonly passed: boolean
}

/** Options of `checkPublished`. */
export interface CheckPublishedOptions {
  /** The class of each image. @defaultValue what the files say, else 3 and 1 */
  readonly labels?: readonly number[] | undefined
  /** Told which tensor is compared next, how many have been, and how many there are. */
  readonly progress?: ((name: string, done: number, total: number) => void) | undefined
  /** Stops between two tensors or sampling steps with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** What `checkPublished` found. */
export interface PublishedCheck {
  readonly passed: boolean
  readonly tensors: readonly CheckedTensor[]
}

/** Of values, relative: convolutions sum in another order. */
export const valueLimit = 1e-3
/** Of distances, relative: two codes so equally far are the same. */
export const tieLimit = 1e-5

/**
 * Compares what a model computes with what the reference implementation does. Everything after the tokens starts from the reference's tokens, so
 * that one tie does not make all that follows differ.
 *
 * @param expectedFile - see `readReferenceValues`
 * @throws CheckpointError for a file that does not hold reference values, DataError or ShapeError where they are not of this model
 */
export async function checkPublished(
  model: ImageModel,
  expectedFile: string,
  { labels, progress, signal }: CheckPublishedOptions = {},
): Promise<PublishedCheck> {
  const reference = await readReferenceValues(expectedFile, labels)
  const tensors: CheckedTensor[] = []
  const next = (name: string): void => {
    signal?.throwIfAborted()
    progress?.(name, tensors.length, reference.count)
  }
  const check = (name: string, expected: tf.Tensor | undefined, compute: () => tf.Tensor): void => {
    if (!expected) return
    next(name)
    tensors.push({ name, ...tf.tidy(() => compareValues(compute(), expected, name)) })
  }
  let kept: tf.Tensor[] = []
  try {
    const { tokenizer, tokenizerParameters } = model
    const { multiScale, schedule } = tokenizer
    for (const [name, { length }] of [
      ["tokens", reference.tokens],
      ["f_hat", reference.partials],
    ] as const)
      // prettier-ignore
      if (length > 0 && length !== schedule.steps)
        throw new DataError(`checkPublished: expected "${name}.0" to "${name}.${schedule.steps - 1}", got ${length} of them; give a file made with this model`)
    const image = reference.image && tf.tidy(() => tf.mul(tf.add(channelsLast(reference.image!), 1), 0.5))
    const features = image && tokenizer.encode(tokenizerParameters, image)
    const partials = reference.tokens.length > 0 ? multiScale.accumulate(tokenizerParameters.quantiser, reference.tokens) : []
    kept = [...(image ? [image] : []), ...(features ? [features] : []), ...partials]

    check("features", reference.features, () => channelsFirst(features!))
    if (features)
      for (const [index, expected] of reference.tokens.entries()) {
        const name = `tokens.${index}`
        next(name)
        const parameters = tokenizerParameters.quantiser
        const options = { parameters, latent: features, partial: partials[index - 1], step: index + 1, expected }
        const { different, gap } = compareTokens(multiScale, options)
        tensors.push({ name, error: gap, limit: tieLimit, different, passed: gap <= tieLimit })
      }
    for (const [index, expected] of reference.partials.entries()) check(`f_hat.${index}`, expected, () => channelsFirst(partials[index]!))
    check("reconstruction", reference.reconstruction, () => {
      const latent = multiScale.form.toLatent(partials.at(-1)!)
      return channelsFirst(tf.sub(tf.mul(tokenizer.render(tokenizerParameters, latent), 2), 1))
    })
    check("teacher_input", reference.teacherInput, () => multiScale.teacherInputs(partials))
    check("logits", reference.logits, () => teacherForced(model, reference, partials))
    for (const { name, guidance, images } of reference.greedy) {
      next(name)
      const own = await greedyImages(model, { batch: images.shape[0], guidance, labels: reference.labels, signal })
      kept.push(own)
      tensors.push({ name, ...tf.tidy(() => compareValues(channelsFirst(own), images, name)) })
    }
    return { passed: tensors.every(({ passed }) => passed), tensors }
  } finally {
    tf.dispose(kept)
    reference.dispose()
  }
}

const channelsLast = (x: tf.Tensor): tf.Tensor => tf.transpose(x, [0, 2, 3, 1])
const channelsFirst = (x: tf.Tensor): tf.Tensor => tf.transpose(x, [0, 3, 1, 2])

function compareValues(own: tf.Tensor, expected: tf.Tensor, name: string): Omit<CheckedTensor, "name"> {
  if (own.shape.join() !== expected.shape.join())
    throw new ShapeError(`checkPublished: expected "${name}" [${own.shape.join(", ")}] of this model, got [${expected.shape.join(", ")}]`)
  const error = relativeError(own.dataSync(), expected.dataSync())
  return { error, limit: valueLimit, passed: error <= valueLimit }
}

/** Logits [B, L, V] of all scales at once, given the reference's tokens. */
function teacherForced(
  { tokenizer, transformer, generatorParameters }: ImageModel,
  { labels }: ReferenceValues,
  partials: tf.Tensor[],
): tf.Tensor {
  if (!transformer || !generatorParameters) throw withoutGenerator()
  const { schedule, multiScale } = tokenizer
  const pass = compileFunction(
    (parameters, { label, contexts }) =>
      transformer.apply(parameters, { labels: label!, scales: { from: 1, to: schedule.steps }, contexts }).logits,
    { parameters: generatorParameters },
  )
  try {
    return pass({ label: tf.tensor1d([...labels], "int32"), contexts: multiScale.teacherInputs(partials) })
  } finally {
    pass.dispose()
  }
}

/** Options of `greedyImages`. */
interface GreedyOptions {
  readonly batch: number
  readonly guidance: number
  readonly labels: readonly number[]
  readonly signal: AbortSignal | undefined
}

/** Images [B, H, W, C] of the most probable tokens under VAR's guidance: none at the first scale, `guidance` at the last. */
async function greedyImages(model: ImageModel, { batch, guidance, labels, signal }: GreedyOptions): Promise<tf.Tensor> {
  if (!model.transformer) throw withoutGenerator()
  const process = guided(model.process, { scale: guidance, ramp: "linear", convention: "var" })
  return sample(process, { batch, condition: { label: labels }, greedy: true, ...(signal && { signal }) })
}

const withoutGenerator = (): CheckpointError =>
  new CheckpointError("checkPublished: expected a model with a generator, found a tokenizer alone; leave the Transformer's values out")
