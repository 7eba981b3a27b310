import { residentDataset, tf, type Dataset } from "@scalewise/nn"
import type { ImageDataset } from "../data/image-dataset.ts"
import type { Tokenizer, TokenizerParameters } from "../tokenizer/tokenizer.ts"

/** What a generator is trained on, of all images of a data set. */
export interface TokenDataset extends Dataset {
  /** Tokens of all images, [N, L] or bits [N, L, d]; absent where latents were kept. */
  readonly tokens: Int32Array | undefined
}

/** Options of `tokenDataset`. */
export interface TokenDatasetOptions {
  /** Keep latents instead of tokens, for a forward process that is drawn anew in every step. @defaultValue false */
  readonly latents?: boolean
  /** Keep the classes; without them every label is 0, the null class of an unconditional model. @defaultValue true */
  readonly classes?: boolean
  /** Images at a time. @defaultValue 250 */
  readonly batch?: number
  /** Told how many images are done. */
  readonly progress?: ((done: number) => void) | undefined
  /** Stops between two batches with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** Encodes every image once: `label` and `tokens` (or `latent`) for `trainGenerator`. */
export async function tokenDataset(
  tokenizer: Tokenizer,
  parameters: TokenizerParameters,
  images: ImageDataset,
  { latents = false, classes = true, batch = 250, progress, signal }: TokenDatasetOptions = {},
): Promise<TokenDataset> {
  const { schedule, multiScale, config } = tokenizer
  const channels = config.autoencoder.latentChannels
  const shape = latents ? [...schedule.finest, channels] : [schedule.length, ...(multiScale.quantiser.tokens === "bits" ? [channels] : [])]
  const width = shape.reduce((product, side) => product * side, 1)
  const values = latents ? new Float32Array(images.size * width) : new Int32Array(images.size * width)
  for (let from = 0; from < images.size; from += batch) {
    signal?.throwIfAborted()
    const rows = Int32Array.from({ length: Math.min(batch, images.size - from) }, (_, index) => from + index)
    const pixels = await images.read(rows)
    const encoded = tf.tidy(() => {
      const latent = tokenizer.encode(parameters, tf.tensor4d(pixels, [rows.length, images.height, images.width, images.channels]))
      return latents
        ? latent
        : tf.concat(
            multiScale.encode(parameters.quantiser, latent).map(({ tokens }) => tokens),
            1,
          )
    })
    values.set(await encoded.data(), from * width)
    encoded.dispose()
    progress?.(from + rows.length)
    await tf.nextFrame()
  }
  const labels = classes ? images.labels : new Int32Array(images.size)
  const dataset = residentDataset({ label: { values: labels, shape: [] }, [latents ? "latent" : "tokens"]: { values, shape } })
  return { ...dataset, tokens: values instanceof Int32Array ? values : undefined }
}
