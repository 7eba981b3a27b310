import { readFileSync } from "node:fs"

/** What `fixtures/metrics.py` computed with NumPy, SciPy and scikit-image. */
export interface ReferenceValues {
  frechet: number
  manifold: Record<"3" | "5", Record<"precision" | "recall" | "density" | "coverage", number>>
  grey: { ssim: number[]; psnr: number }
  colour: { ssim: number[]; psnr: number }
  calibration: Record<"nats" | "error" | "accuracy" | "temperature" | "natsAtTemperature", number>
}

/** Reads the values that are committed beside the script. */
export const referenceValues = (): ReferenceValues =>
  JSON.parse(readFileSync(new URL("../../fixtures/metrics.json", import.meta.url), "utf8")) as ReferenceValues

/** The generator of the script: the same numbers, to the last bit. */
export function uniforms(seed: number, count: number): Float32Array {
  let x = seed
  return Float32Array.from({ length: count }, () => {
    x = (Math.imul(1664525, x) + 1013904223) >>> 0
    return x / 2 ** 32
  })
}

/** `points` of the script: rectified, so that many numbers are 0, and the last of each row always. */
export function rectifiedPoints(seed: number, count: number, width: number, scale: number, shift: number): Float32Array {
  const lower = Math.fround(shift)
  return uniforms(seed, count * width).map((u, i) =>
    (i + 1) % width === 0 ? 0 : Math.max(0, Math.fround(Math.fround(u * Math.fround(scale)) - lower)),
  )
}
