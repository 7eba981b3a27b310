import path from "node:path"
import {
  editImages,
  enlargeImages,
  interpolateImages,
  readPicture,
  reconstructImages,
  type ImageModel,
  type Picture,
  type RedrawMask,
} from "@scalewise/image"
import { ConfigError, DataError } from "@scalewise/nn"
import { checkMemory } from "./enough-memory.ts"
import { filmstrip } from "./filmstrip.ts"
import { writePicture, zoomFor, type Pictures } from "./picture-file.ts"
import { judgeOf, settingsOf, type SamplingFlags } from "./sampling-flags.ts"

/** What an edit tells: for programs, and further lines for people. */
export interface EditReport {
  readonly data: Readonly<Record<string, unknown>>
  readonly lines: readonly string[]
}

interface Shared {
  readonly model: ImageModel
  /** File of the given picture. */
  readonly image: string
  /** The PNG that is written. */
  readonly out: string
}

/** Options of `editPicture`. */
export interface EditPictureOptions extends Shared {
  readonly options: SamplingFlags & {
    readonly mask?: string
    readonly invert?: boolean
    readonly label?: number
    readonly keepScales?: number
    readonly threshold?: number
    readonly paste?: boolean
    readonly superResolve?: number
    readonly count: number
    readonly previews?: boolean
  }
  readonly seed: number
  readonly signal: AbortSignal
  /** Told how many variations are done. */
  readonly onProgress: (done: number) => void
}

/** Draws the parts of a picture that a mask names, or its fine scales. */
export async function editPicture({ model, image, out, options, seed, signal, onProgress }: EditPictureOptions): Promise<EditReport> {
  const { count, batch, label = -1, superResolve, previews } = options
  const settings = settingsOf(options)
  checkMemory(model, { batch: Math.min(batch, count), settings })
  const given = await readFor(model, image)
  let keepScales = options.keepScales ?? 0
  let source: Pictures = given
  if (superResolve !== undefined) {
    const small = await readPicture(image, { channels: channelsOf(model) })
    const { config } = model.tokenizer
    const isSmall = small.height < config.height && small.width < config.width
    const enlarged = isSmall ? await enlargeImages(model, small) : undefined
    source = enlarged ?? given
    keepScales = superResolve > 0 ? superResolve : (enlarged?.scales ?? model.tokenizer.schedule.steps - 1)
  }
  const mask =
    options.mask === undefined ? undefined : await readMask(model, { file: options.mask, image, isInverted: options.invert ?? false })
  const judge = await judgeOf(options, model)
  const film = filmstrip()
  const parts: Float32Array[] = []
  let networkCalls = 0
  try {
    const images = { ...source, images: repeated(source.images, count) }
    const edits = editImages({
      model,
      images,
      mask,
      keepScales,
      labels: [label],
      ...(options.threshold !== undefined && { threshold: options.threshold }),
      paste: options.paste ?? false,
      settings,
      seed,
      batch,
      signal,
      score: judge.score,
      ...(previews && { preview: film.add }),
    })
    for await (const drawn of edits) {
      parts.push(drawn.images)
      networkCalls = drawn.networkCalls
      onProgress(drawn.ids.at(-1)! + 1)
    }
  } finally {
    judge.dispose()
  }
  const size = source.images.length
  const all = new Float32Array(size * count)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  await writeSheet(out, { ...source, images: all }, Math.ceil(Math.sqrt(count)))
  const strip = path.join(path.dirname(out), `${path.basename(out, path.extname(out))}-filmstrip.png`)
  if (previews) await film.write(strip, { ...source, images: repeated(source.images, Math.min(10, count)) })
  return {
    data: { count, seed, settings, label, keepScales, networkCalls, ...(previews && { filmstrip: strip }) },
    lines: previews ? [strip] : [],
  }
}

/** Writes a picture and its reconstruction after each scale, side by side. */
export async function reconstructPicture({ model, image, out }: Shared): Promise<EditReport> {
  const given = await readFor(model, image)
  const perScale = await reconstructImages({ model, images: given })
  const frames = [given.images, ...perScale]
  await writeSheet(out, { ...given, images: Float32Array.from(frames.flatMap((frame) => [...frame])) }, frames.length)
  const mse = perScale.map((frame) => frame.reduce((sum, value, i) => sum + (value - given.images[i]!) ** 2, 0) / frame.length)
  return { data: { mse }, lines: [`mean squared error after each scale: ${mse.map((value) => value.toPrecision(3)).join(", ")}`] }
}

/** Writes a row of pictures between two, or one with the coarse scales of the first and the fine ones of the second. */
export async function interpolatePictures({
  model,
  image,
  out,
  other,
  frames,
  coarse,
}: Shared & { readonly other: string; readonly frames: number; readonly coarse: number | undefined }): Promise<EditReport> {
  const { steps } = model.tokenizer.schedule
  if (coarse !== undefined && coarse > steps)
    throw new ConfigError(`--coarse: expected 0 to ${steps} scales, as the model has, got ${coarse}`)
  const [first, second] = [await readFor(model, image), await readFor(model, other)]
  const weights =
    coarse === undefined
      ? Array.from({ length: frames }, (_, index) => index / (frames - 1))
      : [model.tokenizer.schedule.grids.map((_, index) => (index < coarse ? 0 : 1))]
  const images = await interpolateImages({ model, first, second, weights })
  await writeSheet(out, { ...first, images }, weights.length)
  return { data: { weights }, lines: [] }
}

const channelsOf = ({ tokenizer: { config } }: ImageModel): 1 | 3 => (config.autoencoder.imageChannels === 3 ? 3 : 1)

/** A picture at the model's size. */
function readFor(model: ImageModel, file: string): Promise<Picture> {
  const { height, width } = model.tokenizer.config
  return readPicture(file, { channels: channelsOf(model), size: [height, width] })
}

/** A mask that is as large as the picture beside it, or as the model's pictures or latents. */
async function readMask(
  model: ImageModel,
  { file, image, isInverted }: { readonly file: string; readonly image: string; readonly isInverted: boolean },
): Promise<RedrawMask> {
  const { config, schedule } = model.tokenizer
  const own = await readPicture(file, { channels: 1 })
  const picture = await readPicture(image)
  const fits = ([height, width]: readonly [number, number]): boolean => own.height === height && own.width === width
  const isAsPicture = fits([picture.height, picture.width])
  if (!isAsPicture && !fits([config.height, config.width]) && !fits(schedule.finest))
    throw new DataError(
      `${file}: expected a mask of ${picture.height} x ${picture.width} pixels, as the picture has, got ${own.height} x ${own.width}; resize it`,
    )
  const mask = isAsPicture ? await readPicture(file, { channels: 1, size: [config.height, config.width] }) : own
  return { height: mask.height, width: mask.width, values: isInverted ? mask.images.map((value) => 1 - value) : mask.images }
}

const repeated = (one: Float32Array, times: number): Float32Array => {
  const all = new Float32Array(one.length * times)
  for (let index = 0; index < times; index++) all.set(one, index * one.length)
  return all
}

/** One picture as it is, several with room between them. */
async function writeSheet(file: string, pictures: Pictures, columns: number): Promise<void> {
  const isOne = pictures.images.length === pictures.height * pictures.width * pictures.channels
  await writePicture(file, pictures, isOne ? {} : { columns, zoom: zoomFor(pictures.width, columns) })
}
