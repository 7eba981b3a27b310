import { refine } from "@scalewise/core"
import { tf, type RandomStream } from "@scalewise/nn"
import type { ImageProcess } from "./sampling-process.ts"

/** Pictures that were drawn together. */
export interface DrawnImages {
  /** Which samples they are; a sample is the same in any batch. */
  readonly ids: readonly number[]
  /** Class of each, -1 for none. */
  readonly labels: Int32Array
  /** Intensities in [0, 1], row-major [N, height, width, channels]. */
  readonly images: Float32Array
  readonly height: number
  readonly width: number
  readonly channels: number
  /** Network evaluations that each picture took. */
  readonly networkCalls: number
}

/** A batch after one of its scales: what the sum of the codes so far decodes to. */
export interface DrawnPreview extends DrawnImages {
  /** Scales done, 1 .. K. */
  readonly step: number
  readonly steps: number
}

/** Options of `drawBatch`. */
export interface DrawBatchOptions {
  readonly process: ImageProcess
  readonly ids: readonly number[]
  /** Class of each id, -1 for none. */
  readonly labels: readonly number[]
  readonly seed: number | string | RandomStream
  readonly signal?: AbortSignal | undefined
  /** Told of the pictures after every scale, the last one included; decoding them costs as much as the result. */
  readonly preview?: ((preview: DrawnPreview) => void) | undefined
}

/** Draws one batch to its end. Stops between two scales with the signal's reason. */
export async function drawBatch({ process, ids, labels, seed, signal, preview }: DrawBatchOptions): Promise<DrawnImages> {
  const options = { batch: ids, condition: { label: [...labels] }, seed, ...(signal && { signal }) }
  let drawn: DrawnImages | undefined
  for await (const { step, state, networkCalls } of refine(process, options)) {
    if (!preview && step < process.steps) continue
    const output = tf.tidy(() => process.readout(state).clone())
    const [, height, width, channels] = output.shape as [number, number, number, number]
    const images = Float32Array.from(await output.data())
    output.dispose()
    drawn = { ids, labels: Int32Array.from(labels), images, height, width, channels, networkCalls }
    preview?.({ ...drawn, step, steps: process.steps })
  }
  return drawn!
}
