import { tf, type RandomStream } from "@scalewise/nn"
import type { Corruption } from "./multi-scale-quantiser.ts"

/** Options of `bitFlips`. */
export interface BitFlipOptions {
  /** The flip probabilities to draw from, one draw per sample and scale. @defaultValue 0, 0.01, ..., 0.3 */
  readonly strengths?: readonly number[]
  /** Flip at the first so many scales. @defaultValue Infinity */
  readonly scales?: number
}

const infinityStrengths = Array.from({ length: 31 }, (_, percent) => percent / 100)

/**
 * Infinity's self-correction (arXiv 2412.04431, bitwise tokens): some bits of a scale flip before they join the sum. The scale's own
 * targets stay as they were; residuals and targets of later scales come from the flipped sum, so that a model learns to repair mistakes.
 *
 * Infinity draws one strength for a whole batch; here every sample has its own, so that batches of any composition agree.
 */
export function bitFlips({ strengths = infinityStrengths, scales = Infinity }: BitFlipOptions = {}): (random: RandomStream) => Corruption {
  return (random) => (bits, step) =>
    step > scales ? bits : tf.tidy(() => flipBits(bits, bitFlipMask(random.fold("flips").fold(step), bits.shape, { strengths })))
}

/**
 * Which bits flip: int32 0 or 1 of shape [B, ...]. For steps that are captured as a graph, draw the masks outside and pass
 * `(bits, step) => flipBits(bits, masks[step - 1])`.
 *
 * @param random - a stream with one branch per sample
 */
export function bitFlipMask(
  random: RandomStream,
  shape: readonly number[],
  { strengths = infinityStrengths }: Pick<BitFlipOptions, "strengths"> = {},
): tf.Tensor {
  const [batch = 1] = shape
  return tf.tidy(() => {
    const choices = random.fold("strength").uniformValues([batch, 1])
    const strengthB = Array.from(choices, (uniform) => strengths[Math.floor(uniform * strengths.length)] ?? 0)
    const strength = tf.tensor(strengthB, [batch, ...shape.slice(1).map(() => 1)])
    return random.fold("bits").uniform(shape).less(strength).toInt()
  })
}

/** Bits 0 or 1 with those of the mask flipped. */
export function flipBits(bits: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  return tf.tidy(() => bits.sub(mask).abs().toInt())
}
