import { tf } from "@scalewise/nn"

/** Where a diffusion model lives: the way from images [B, H, W, C] in [0, 1] to the x of its noising chain, and back. */
export interface DiffusionSpace {
  toX(images: tf.Tensor): tf.Tensor
  toImages(x: tf.Tensor): tf.Tensor
  /** Samplers keep the x_0 that they infer in this range; undefined where data has no bounds. */
  readonly range: readonly [number, number] | undefined
}

/** A tokenizer as far as diffusion in its latents needs one. */
export interface LatentCoder {
  /** Images [B, H, W, C] in [0, 1] to latents [B, h, w, Z]. */
  encode(images: tf.Tensor): tf.Tensor
  /** Latents to images. */
  decode(latents: tf.Tensor): tf.Tensor
}

/** Images between -1 and 1. */
export const inPixels: DiffusionSpace = {
  toX: (images) => tf.tidy(() => tf.sub(tf.mul(images, 2), 1)),
  toImages: (x) => tf.tidy(() => tf.clipByValue(tf.mul(tf.add(x, 1), 0.5), 0, 1)),
  range: [-1, 1],
}

/** Latents divided by their `deviation`, since noise levels are made for data of deviation 1 (Rombach et al. 2022, appendix G). */
export const inLatents = ({ encode, decode }: LatentCoder, deviation: number): DiffusionSpace => ({
  toX: (images) => tf.tidy(() => tf.div(encode(images), deviation)),
  toImages: (x) => tf.tidy(() => tf.clipByValue(decode(tf.mul(x, deviation)), 0, 1)),
  range: undefined,
})
