import { refine } from "@scalewise/core"
import { diffusionProcess, samplingProcess, type ImageDiffusion, type ImageModel, type ImageProcess } from "@scalewise/image"
import { ConfigError, tf } from "@scalewise/nn"
import { samplerNames, type SamplingSettings } from "./sampling-settings.ts"

/** A model that draws pictures, whatever it is. */
export type PictureModel =
  | { readonly kind: "image-model"; readonly model: ImageModel }
  | {
      readonly kind: "image-diffusion"
      readonly model: ImageDiffusion
      /** In whose latents the model lives, where it does. */
      readonly tokenizer: ImageModel | undefined
    }

/** The classes that a model can be asked for; 0 is an unconditional model. */
export const classCount = (from: PictureModel): number =>
  from.kind === "image-model" ? (from.model.config.generator?.classes ?? 0) : from.model.config.network.classes

/**
 * The process that draws with these settings.
 *
 * @throws ConfigError for settings out of range, guidance without classes, latents without a tokenizer
 */
export function processOf(from: PictureModel, settings: SamplingSettings): ImageProcess {
  if (from.kind === "image-model") return samplingProcess(from.model, settings.sampling)
  const { guidance } = settings.sampling
  if (guidance !== undefined && typeof guidance !== "number")
    throw new ConfigError("sampling settings: expected one guidance for a diffusion model, got one for each step")
  const { tokenizer } = from
  const { sampler, steps } = settings
  return diffusionProcess(from.model, {
    sampler,
    steps,
    ...(guidance !== undefined && guidance !== 0 && { guidance }),
    ...(tokenizer && { coder: { decode: (latents) => tokenizer.tokenizer.render(tokenizer.tokenizerParameters, latents) } }),
  })
}

/** What a figure joins by a line: samplers with several numbers of steps; every setting of a next-scale model is a point of its own. */
export const seriesOf = (from: PictureModel, { name, sampler, sampling }: SamplingSettings): string =>
  from.kind === "image-model"
    ? name
    : [samplerNames[sampler], ...(sampling.guidance ? [`guidance ${String(sampling.guidance)}`] : [])].join(", ")

/** Options of `drawPictures`. */
export interface DrawPicturesOptions {
  readonly process: ImageProcess
  /** Picture i of a seed is the same whatever is drawn beside it. */
  readonly ids: readonly number[]
  readonly classes: number
  readonly seed: number
  readonly signal?: AbortSignal | undefined
  /** Told of the pictures after these steps; decoding them takes time. */
  readonly preview?: { readonly steps: readonly number[]; readonly show: (images: Float32Array, step: number) => void }
}

/** One batch of pictures, the classes taken in turn: id i is of class i mod C. */
export async function drawPictures({ process, ids, classes, seed, signal, preview }: DrawPicturesOptions) {
  const labels = ids.map((id) => (classes === 0 ? -1 : id % classes))
  const condition = { label: labels }
  let found = { images: new Float32Array(), networkCalls: 0 }
  for await (const { step, state, networkCalls } of refine(process, { batch: ids, condition, seed, ...(signal && { signal }) })) {
    const isShown = preview?.steps.includes(step) ?? false
    if (step < process.steps && !isShown) continue
    const output = tf.tidy(() => process.readout(state).clone())
    const images = Float32Array.from(await output.data())
    output.dispose()
    found = { images, networkCalls }
    if (isShown) preview?.show(images, step)
  }
  return { ...found, labels: Int32Array.from(labels) }
}
