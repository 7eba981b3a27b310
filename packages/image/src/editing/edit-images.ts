import { ConfigError, ops, ShapeError, tf, type RandomStream } from "@scalewise/nn"
import { countImages, type ImageSet } from "../extractor/image-set.ts"
import type { ImageModel } from "../model/image-model.ts"
import { drawBatch, type DrawnImages, type DrawnPreview } from "../sampling/draw-batch.ts"
import { checkLabels } from "../sampling/generate-images.ts"
import type { SamplingConfig } from "../sampling/sampling-config.ts"
import { samplingProcess, type SamplingProcessOptions } from "../sampling/sampling-process.ts"
import { keepTokens, type KeepMethod } from "./keep-tokens.ts"
import { scaleMasks, type RedrawMask } from "./scale-masks.ts"

/** Options of `editImages`. */
export interface EditImagesOptions extends Pick<SamplingProcessOptions, "score"> {
  readonly model: ImageModel
  /** The given pictures, of the model's size. Picture i becomes sample i. */
  readonly images: ImageSet
  /** What is drawn anew, the same place in all pictures. @defaultValue everything beside the kept scales */
  readonly mask?: RedrawMask | undefined
  /** Scales 1 .. so many stay whole: VAR's demonstration keeps 1, super-resolution from scale m keeps m. @defaultValue 0 */
  readonly keepScales?: number
  /**
   * A site is drawn anew where more than this share of it is. Lower ones draw more of the coarse scales too: another class then has its way,
   * and less of the surroundings stays. @defaultValue 0.5
   */
  readonly threshold?: number
  /** Class of each picture, or one for all; -1 is no class. @defaultValue -1 */
  readonly labels?: readonly number[] | undefined
  /** How kept tokens are chosen. @defaultValue that of `keepTokens` */
  readonly method?: KeepMethod
  /** Put the given pixels back where the mask keeps them. @defaultValue false: there they are the model's reconstruction */
  readonly paste?: boolean
  readonly settings?: SamplingConfig
  /** @defaultValue 0 */
  readonly seed?: number | string | RandomStream
  /** Pictures at a time. @defaultValue 100 */
  readonly batch?: number
  /** Stops between two scales with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  readonly preview?: ((preview: DrawnPreview) => void) | undefined
}

/**
 * Draws parts of pictures anew, batch by batch: inside a mask (inpainting), around one (outpainting), inside it as another class, or all fine
 * scales over coarse ones that stay (super-resolution).
 *
 * @throws ShapeError for pictures or a mask of another size, ConfigError for labels, scales and settings out of range
 */
export async function* editImages({
  model,
  images: set,
  mask,
  keepScales = 0,
  threshold,
  labels = [-1],
  method,
  paste = false,
  settings = {},
  seed = 0,
  batch = 100,
  signal,
  preview,
  score,
}: EditImagesOptions): AsyncGenerator<DrawnImages, void, undefined> {
  const { tokenizer, tokenizerParameters: parameters } = model
  const { height, width } = tokenizer.config
  const count = checkImages(model, set)
  checkLabels(model, labels)
  if (labels.length !== 1 && labels.length !== count)
    throw new ConfigError(`editImages: expected one class, or one for each of ${count} pictures, got ${labels.length}`)
  const redraw = mask ?? { values: new Float32Array(height * width).fill(1), height, width }
  const kept = scaleMasks(redraw, {
    schedule: tokenizer.schedule,
    size: [height, width],
    keepScales,
    ...(threshold !== undefined && { threshold }),
  })
  const pixels = set.images.length / count
  const pasted =
    paste && mask ? (drawn: DrawnImages, from: number) => withGivenPixels(drawn, set.images.subarray(from * pixels), mask) : undefined

  for (let done = 0; done < count; done += batch) {
    signal?.throwIfAborted()
    const ids = Array.from({ length: Math.min(batch, count - done) }, (_, index) => done + index)
    const latent = tf.tidy(() =>
      tokenizer.encode(
        parameters,
        tf.tensor4d(set.images.subarray(done * pixels, (done + ids.length) * pixels), [ids.length, height, width, set.channels]),
      ),
    )
    try {
      const keeping = keepTokens(model.process, {
        multiScale: tokenizer.multiScale,
        quantiser: parameters.quantiser,
        latent,
        kept,
        ...(method && { method }),
      })
      const process = samplingProcess(model, settings, { process: keeping, score })
      const own = ids.map((id) => labels[labels.length === 1 ? 0 : id]!)
      const drawn = await drawBatch({ process, ids, labels: own, seed, signal, preview })
      yield pasted ? pasted(drawn, done) : drawn
    } finally {
      latent.dispose()
    }
  }
}

/** The number of pictures in a set that fit a model. */
export function checkImages({ tokenizer: { config } }: ImageModel, set: ImageSet): number {
  const expected = [config.height, config.width, config.autoencoder.imageChannels]
  const own = [set.height, set.width, set.channels]
  if (own.join() !== expected.join())
    throw new ShapeError(`image model: expected pictures of ${expected.join(" x ")}, got ${own.join(" x ")}`)
  return countImages(set)
}

function withGivenPixels(drawn: DrawnImages, given: Float32Array, { values, height, width }: RedrawMask): DrawnImages {
  const whole = tf.tidy(() =>
    ops.resample2d(tf.tensor4d(values, [1, height, width, 1]), { kind: "nearest", height: drawn.height, width: drawn.width }).dataSync(),
  )
  const { channels } = drawn
  const images = drawn.images.map((value, at) => {
    const share = whole[Math.floor(at / channels) % whole.length]!
    return share * value + (1 - share) * given[at]!
  })
  return { ...drawn, images }
}
