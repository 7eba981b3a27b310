import { mkdir, readdir } from "node:fs/promises"
import path from "node:path"
import { formatBytes, type Extension, type Output } from "@scalewise/cli"
import type { DrawnImages, ImageModel } from "@scalewise/image"
import { DataError } from "@scalewise/nn"
import { generateWith, type SamplingHook } from "../plugin/sampling-seam.ts"
import { checkMemory } from "./enough-memory.ts"
import { filmstrip } from "./filmstrip.ts"
import { onePicture, writePicture, zoomFor } from "./picture-file.ts"
import { judgeOf, settingsOf, type SamplingFlags } from "./sampling-flags.ts"

/** Options of `drawToFiles`. */
export interface DrawToFilesOptions {
  readonly model: ImageModel
  readonly options: SamplingFlags & {
    readonly count: number
    readonly label?: number
    readonly labels?: number[]
    readonly out?: string
    readonly grid?: string
    readonly previews?: boolean
  }
  /** Wrappers of plugins. */
  readonly extensions: readonly Extension<SamplingHook>[]
  readonly seed: number
  readonly signal: AbortSignal
  readonly output: Output
  /** Milliseconds. */
  readonly clock: () => number
  /** Told how many pictures are done. */
  readonly onProgress: (done: number) => void
}

/** Draws pictures and writes them as they come; a stop between two scales keeps those of the batches before. */
export async function drawToFiles({
  model,
  options,
  extensions,
  seed,
  signal,
  output,
  clock,
  onProgress,
}: DrawToFilesOptions): Promise<void> {
  const { count, out, batch } = options
  const settings = settingsOf(options)
  const grid = options.grid ?? (out === undefined ? "samples.png" : undefined)
  const strip = options.previews ? path.join(out ?? path.dirname(grid!), "filmstrip.png") : undefined
  const needed = checkMemory(model, { batch: Math.min(batch, count), settings })
  if (out !== undefined) await openFolder(out)
  const judge = await judgeOf(options, model)
  const film = filmstrip()
  const drawn: DrawnImages[] = []
  const began = clock()
  const drawing: number[] = [] // milliseconds of each batch, without writing
  try {
    let done = 0
    const labels = options.labels ?? (options.label === undefined ? undefined : [options.label])
    const batches = generateWith({
      extensions,
      flags: { ...options },
      model,
      count,
      settings,
      labels,
      seed,
      batch,
      signal,
      score: judge.score,
      ...(strip !== undefined && { preview: film.add }),
    })
    let since = clock()
    for await (const pictures of batches) {
      drawing.push(clock() - since)
      done += pictures.ids.length
      drawn.push(pictures)
      if (out !== undefined) await writeAll(out, pictures, model)
      onProgress(done)
      since = clock()
    }
  } catch (error) {
    if (!signal.aborted) throw error
    output.warn(`Stopped; ${drawn.reduce((sum, { ids }) => sum + ids.length, 0)} of ${count} pictures were drawn.`)
  } finally {
    judge.dispose()
  }
  if (drawn.length === 0) return

  const [first] = drawn as [DrawnImages]
  const total = drawn.reduce((sum, { ids }) => sum + ids.length, 0)
  if (grid !== undefined) {
    const images = new Float32Array((first.images.length / first.ids.length) * total)
    let at = 0
    for (const batchOf of drawn) {
      images.set(batchOf.images, at)
      at += batchOf.images.length
    }
    const columns = Math.ceil(Math.sqrt(total))
    await writePicture(grid, { ...first, images }, { columns, zoom: zoomFor(first.width, columns) })
  }
  if (strip !== undefined) await film.write(strip)
  const samplesPerSecond = speedOf(drawn, drawing)
  output.say(
    `${total} pictures, ${first.networkCalls} network calls each, ${samplesPerSecond.toFixed(1)} a second${drawn.length === 1 ? " with the start" : ""} in batches of ${Math.min(batch, count)} (about ${formatBytes(needed)}), seed ${seed}.`,
  )
  const files = {
    ...(out !== undefined && { folder: out }),
    ...(grid !== undefined && { grid }),
    ...(strip !== undefined && { filmstrip: strip }),
  }
  output.data(
    { ...files, count: total, seed, settings, networkCalls: first.networkCalls, samplesPerSecond, seconds: (clock() - began) / 1000 },
    Object.values(files).join("\n"),
  )
}

/** Pictures a second; the first of several batches compiles the passes and does not count. */
function speedOf(drawn: readonly DrawnImages[], milliseconds: readonly number[]): number {
  const from = drawn.length > 1 ? 1 : 0
  const pictures = drawn.slice(from).reduce((sum, { ids }) => sum + ids.length, 0)
  return pictures / (milliseconds.slice(from).reduce((sum, value) => sum + value, 0) / 1000)
}

/** A folder that is there and empty, so that no older pictures mix with the new ones. */
async function openFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  if ((await readdir(folder)).length > 0)
    throw new DataError(`${folder}: expected a new or empty folder for the pictures, got one with files; choose another with --out`)
}

/** One PNG for each picture, in a folder for each class. */
async function writeAll(folder: string, pictures: DrawnImages, { config }: ImageModel): Promise<void> {
  for (const [index, id] of pictures.ids.entries()) {
    const label = pictures.labels[index]!
    const own = label === -1 ? folder : path.join(folder, folderName(config.classes?.[label] ?? String(label)))
    await mkdir(own, { recursive: true })
    await writePicture(path.join(own, `${String(id).padStart(6, "0")}.png`), onePicture(pictures, index))
  }
}

/** A class name without what file systems refuse. */
const folderName = (name: string): string => name.replaceAll(/[^\p{L}\p{N} ._-]/gu, "_")
