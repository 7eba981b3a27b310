import { ops, tf, type RandomStream } from "@scalewise/nn"

/** One 3x3 convolution of VAR's quantiser: filter [3, 3, C, C] (HWIO), bias [C]. */
export type PhiParameters = { readonly filter: tf.Tensor; readonly bias: tf.Tensor }

/**
 * Which of `count` phi convolutions each of `scales` scales uses (VAR's rule): scale s lies at s / (scales - 1) on [0, 1], and the nearest
 * tick wins, the lower one of two equally near. Four phis have their ticks from 1/12 to 11/12, any other number from 1/(2 count) to
 * 1 - 1/(2 count). Computed in double precision: with ten scales, two of them nearly tie. A single scale takes the first phi.
 *
 * @returns an index from 0 to count - 1 for each scale
 */
export function phiIndices(scales: number, count: number): number[] {
  const first = count === 4 ? 1 / 3 / count : 1 / 2 / count
  const last = 1 - first
  // Scales exactly between two ticks are decided by rounding: the ticks must round as numpy.linspace does.
  const spacing = (last - first) / Math.max(count - 1, 1)
  const ticks = Array.from({ length: count }, (_, index) => (index > 0 && index === count - 1 ? last : index * spacing + first))
  return Array.from({ length: scales }, (_, scale) => {
    const distances = ticks.map((tick) => Math.abs(tick - (scales > 1 ? scale / (scales - 1) : 0)))
    return distances.indexOf(Math.min(...distances))
  })
}

/** Fresh weights: uniform within 1 / sqrt(9 C) of zero, no bias. */
export function initPhi(channels: number, random: RandomStream): PhiParameters {
  return tf.tidy(() => ({
    filter: random
      .uniform([3, 3, channels, channels])
      .sub(0.5)
      .mul(2 / Math.sqrt(9 * channels)),
    bias: tf.zeros([channels]),
  }))
}

/** phi(h) = (1 - r) h + r conv(h) for h [B, H, W, C]: lets each scale sharpen what upsampling has blurred. */
export function applyPhi({ filter, bias }: PhiParameters, h: tf.Tensor, ratio: number): tf.Tensor {
  return tf.tidy(() => h.mul(1 - ratio).add(ops.conv2d(h, filter, { bias }).mul(ratio)))
}
