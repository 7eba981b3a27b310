import { tf } from "@scalewise/nn"
import { tokenCalibration, type TokenCalibration } from "../metrics/token-calibration.ts"
import type { ImageModel } from "../model/image-model.ts"
import { teacherForcedLogits } from "./teacher-forced-logits.ts"

/** Options of `calibrateTokens`. */
export interface CalibrateTokensOptions {
  readonly model: ImageModel
  /** Tokens [N, L] or bits [N, L, d] of held-out pictures, as `tokenDataset` makes them. */
  readonly tokens: Int32Array
  /** Class of each, -1 for none. */
  readonly labels: ArrayLike<number>
  /** Judge these temperatures, one for each scale, which were fitted to other pictures. @defaultValue the best ones are searched */
  readonly temperature?: readonly number[]
  /** Pictures at a time. @defaultValue 100 */
  readonly batch?: number
  /** Stops between two batches with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** How far token probabilities can be trusted. */
export interface SamplerCalibration {
  /** Entry k - 1 is scale k: likelihood, accuracy and expected calibration error, as they are and at the scale's best temperature. */
  readonly perScale: readonly TokenCalibration[]
  /** The best temperature of each scale, by likelihood: a value for `SamplingConfig.temperature`. */
  readonly temperature: readonly number[]
}

/**
 * Calibration of a generator under teacher forcing, scale by scale: how often the most probable token is right, against how probable it was
 * said to be, and the temperature that suits each scale best. Bits are predictions of one in two.
 *
 * The temperatures are fitted to these pictures: report on others. They are the best for likelihood, not for the look of samples.
 */
export async function calibrateTokens({
  model,
  tokens,
  labels,
  temperature,
  batch = 100,
  signal,
}: CalibrateTokensOptions): Promise<SamplerCalibration> {
  const { schedule, multiScale } = model.tokenizer
  const isBits = multiScale.quantiser.tokens === "bits"
  const depth = isBits ? multiScale.quantiser.channels : 1
  const entries = isBits ? 2 : multiScale.quantiser.vocabulary
  const { length: count } = labels
  const forced = teacherForcedLogits(model)
  const logits = schedule.tokens.map((sites) => new Float32Array(count * sites * depth * entries))
  try {
    for (let from = 0; from < count; from += batch) {
      signal?.throwIfAborted()
      const size = Math.min(batch, count - from)
      const label = Array.from({ length: size }, (_, index) => labels[from + index]!)
      const width = schedule.length * depth
      const given = tf.tensor(
        tokens.subarray(from * width, (from + size) * width),
        [size, schedule.length, ...(isBits ? [depth] : [])],
        "int32",
      )
      const found = forced(given, { label })
      for (const [index, ofScale] of found.entries()) {
        const rows = tf.tidy(() => (isBits ? tf.stack([tf.zerosLike(ofScale), ofScale], -1) : ofScale.clone()))
        logits[index]!.set(await rows.data(), (from * logits[index]!.length) / count)
        rows.dispose()
      }
      tf.dispose([given, ...found])
    }
  } finally {
    forced.dispose()
  }
  const perScale = schedule.tokens.map((sites, index) => {
    const width = schedule.length * depth
    const begin = schedule.offsets[index]! * depth
    const targets = new Int32Array(count * sites * depth)
    for (let row = 0; row < count; row++)
      targets.set(tokens.subarray(row * width + begin, row * width + begin + sites * depth), row * sites * depth)
    const given = temperature?.[index]
    return tokenCalibration({ logits: logits[index]!, targets }, given === undefined ? {} : { range: [given, given] })
  })
  return { perScale, temperature: perScale.map(({ temperature }) => temperature) }
}
