import type { ImageProcess } from "@scalewise/image"
import type { DrawingSpeed } from "./evaluation.ts"
import { drawPictures } from "./picture-source.ts"

/** Options of `drawSamples`. */
export interface DrawSamplesOptions {
  readonly process: ImageProcess
  readonly count: number
  /** Id of the first one. @defaultValue 0 */
  readonly from?: number
  readonly classes: number
  readonly seed: number
  readonly batch: number
  readonly clock: () => number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number) => void) | undefined
}

/** Pictures of one setting and seed, with how fast they came. */
export interface DrawnSamples {
  /** [N, H, W, C], intensities in [0, 1]. */
  readonly images: Float32Array
  readonly labels: Int32Array
  readonly networkCalls: number
  readonly speed: DrawingSpeed
}

/** Draws `count` pictures batch by batch and takes the time of drawing alone. */
export async function drawSamples(options: DrawSamplesOptions): Promise<DrawnSamples> {
  const { process: drawing, count, from = 0, classes, seed, batch, clock, signal, onProgress } = options
  const labels = new Int32Array(count)
  const taken: { pictures: number; seconds: number; cpuSeconds: number }[] = []
  let images = new Float32Array()
  let networkCalls = 0
  for (let done = 0; done < count; done += batch) {
    signal?.throwIfAborted()
    const ids = Array.from({ length: Math.min(batch, count - done) }, (_, index) => from + done + index)
    const [began, used] = [clock(), process.cpuUsage()]
    const drawn = await drawPictures({ process: drawing, ids, classes, seed, signal })
    const { user, system } = process.cpuUsage(used)
    taken.push({ pictures: ids.length, seconds: (clock() - began) / 1000, cpuSeconds: (user + system) / 1e6 })
    if (done === 0) images = new Float32Array((count * drawn.images.length) / ids.length)
    images.set(drawn.images, (done * drawn.images.length) / ids.length)
    labels.set(drawn.labels, done)
    networkCalls = drawn.networkCalls
    onProgress?.(done + ids.length)
  }
  // The first batch compiles the passes: it says how long a start takes, not how fast pictures come
  const timed = taken.length > 1 ? taken.slice(1) : taken
  const total = (value: (one: (typeof timed)[number]) => number): number => timed.reduce((sum, one) => sum + value(one), 0)
  const [pictures, seconds, cpuSeconds] = [total((one) => one.pictures), total((one) => one.seconds), total((one) => one.cpuSeconds)]
  return { images, labels, networkCalls, speed: { samplesPerSecond: pictures / seconds, pictures, seconds, cpuSeconds, batch } }
}
