import type { RandomStream } from "@scalewise/nn"
import type { LabelledImages } from "../extractor/image-set.ts"

/** Images of 12 x 12 with a bright row whose height is the class (0, 1 or 2), and noise: easy to tell apart, none equal to another. */
export function stripedImages(count: number, random: RandomStream): LabelledImages & { readonly labels: Int32Array } {
  const [side, classes] = [12, 3]
  const labels = Int32Array.from({ length: count }, (_, i) => i % classes)
  const noise = random.uniformValues([count, side, side])
  const images = noise.map((u, at) => {
    const row = Math.floor(at / side) % side
    const label = labels[Math.floor(at / side ** 2)]!
    return Math.floor(row / 4) === label ? 0.6 + 0.4 * u : 0.4 * u
  })
  return { images, labels, height: side, width: side, channels: 1 }
}
