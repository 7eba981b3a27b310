import { resampler, type Grid, type Resampler } from "@scalewise/core"
import { ops, tf } from "@scalewise/nn"

/** The separable low-pass before each halving: the kernel [1, 4, 6, 4, 1] / 16, or none but the mean of 2 x 2 pixels. */
export type BlurKind = "binomial" | "area"

/** The two kernels of the image pyramids in Section 4. */
export interface BandKernels {
  /** To a coarser grid: blur, then the mean over the pixels that a coarse one covers. */
  down: Resampler
  /** To a finer grid: bilinear, pixel centres aligned with those of `down`. */
  up: Resampler
}

/** The kernels of a blur. Used alike for targets, contexts, HF-PSNR and pictures. */
export function bandKernels(blur: BlurKind): BandKernels {
  const area = resampler("area")
  return {
    down: (x, grid) => {
      const [, height, width] = x.shape as [number, number, number, number]
      return area(blur === "binomial" ? ops.resample2d(x, { kind: "binomial", height, width }) : x, grid)
    },
    up: resampler("bilinear"),
  }
}

/** What images [B, h, w, 1] lose on the way to half the grid and back: their high-frequency band [B, h, w, 1]. */
export function highBand(images: tf.Tensor, { down, up }: BandKernels): tf.Tensor {
  return tf.tidy(() => {
    const [, height, width] = images.shape as [number, number, number, number]
    const half: Grid = [Math.ceil(height / 2), Math.ceil(width / 2)]
    return tf.sub(images, up(down(images, half), [height, width]))
  })
}
