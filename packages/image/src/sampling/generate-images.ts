import { ConfigError, type RandomStream } from "@scalewise/nn"
import { labelsOf } from "../generator/next-scale-process.ts"
import type { ImageModel } from "../model/image-model.ts"
import { drawBatch, type DrawnImages, type DrawnPreview } from "./draw-batch.ts"
import type { SamplingConfig } from "./sampling-config.ts"
import { samplingProcess, type SamplingProcessOptions } from "./sampling-process.ts"

/** Options of `generateImages`. */
export interface GenerateImagesOptions extends Pick<SamplingProcessOptions, "score" | "wrap"> {
  readonly model: ImageModel
  /** How many pictures. */
  readonly count: number
  /** @defaultValue those of the model as it is */
  readonly settings?: SamplingConfig
  /** Classes, taken in turn: picture i gets `labels[i % labels.length]`; -1 is no class. @defaultValue all classes of the model: balanced */
  readonly labels?: readonly number[] | undefined
  /** The id of the first picture. Picture i of a seed is the same whatever is drawn beside it. @defaultValue 0 */
  readonly from?: number
  /** @defaultValue 0 */
  readonly seed?: number | string | RandomStream
  /** Pictures at a time. @defaultValue 100 */
  readonly batch?: number
  /** Stops between two scales with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Told of each batch after each of its scales. */
  readonly preview?: ((preview: DrawnPreview) => void) | undefined
}

/**
 * Draws pictures batch by batch.
 *
 *     for await (const { images, labels } of generateImages({ model, count: 100, settings: { guidance: 1.5 }, seed: 1 })) ...
 *
 * @throws ConfigError for settings out of range and for a class that the model does not have, before anything is drawn
 */
export async function* generateImages({
  model,
  count,
  settings = {},
  labels = classesOf(model),
  from = 0,
  seed = 0,
  batch = 100,
  signal,
  preview,
  wrap,
  score,
}: GenerateImagesOptions): AsyncGenerator<DrawnImages, void, undefined> {
  for (const [name, value, least] of [
    ["count", count, 1],
    ["batch", batch, 1],
    ["from", from, 0],
  ] as const)
    // prettier-ignore
    if (!Number.isSafeInteger(value) || value < least)
      throw new ConfigError(`generateImages: expected a whole number from ${least} on as ${name}, got ${value}`)
  checkLabels(model, labels)
  const process = samplingProcess(model, settings, { wrap, score })
  for (let done = 0; done < count; done += batch) {
    signal?.throwIfAborted()
    const ids = Array.from({ length: Math.min(batch, count - done) }, (_, index) => from + done + index)
    yield await drawBatch({ process, ids, labels: ids.map((id) => labels[id % labels.length]!), seed, signal, preview })
  }
}

/** All classes of a model, or none. */
const classesOf = ({ config: { generator } }: ImageModel): readonly number[] => {
  const count = generator?.classes ?? 0
  return count === 0 ? [-1] : Array.from({ length: count }, (_, label) => label)
}

/**
 * Refuses labels that a model does not have; -1 is no class.
 *
 * @throws ConfigError
 */
export function checkLabels({ config: { generator } }: ImageModel, labels: readonly number[]): void {
  if (labels.length === 0) throw new ConfigError("labels: expected at least one class, got none; leave them out for all classes")
  labelsOf({ label: labels }, labels.length, generator?.classes ?? 0)
}
