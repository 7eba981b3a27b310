import { randomStream, tf } from "@scalewise/nn"
import { describe, expect, it } from "vitest"
import { moments } from "../linear-algebra/moments.ts"
import { freezeAutoencoder, latentSpace, linearAutoencoder } from "./linear-autoencoder.ts"

const pixels = 12
const latent = 3
const images = randomStream(1)
  .normalValues([200, pixels])
  .map((value, i) => 0.3 * value + (i % pixels) / 10)

describe("freezeAutoencoder", () => {
  it("keeps the map and makes latent distances image distances", () => {
    const model = linearAutoencoder({ pixels, latent })
    const parameters = model.init(randomStream(2))
    const biased = { ...parameters, encoder: { ...parameters.encoder, bias: tf.tensor1d([1, -2, 0.5]) } }
    const frozen = latentSpace(freezeAutoencoder(biased, moments(images, pixels)))
    tf.tidy(() => {
      const x = tf.tensor2d(images, [200, pixels])
      const z = frozen.encode(x)
      const decoded = frozen.decode(z)
      expect(tf.max(tf.abs(tf.sub(decoded, model.apply(biased, x)))).dataSync()[0]).toBeLessThan(1e-5)

      const { mean, variance } = tf.moments(z, 0)
      expect(tf.max(tf.abs(mean)).dataSync()[0]).toBeLessThan(1e-5)
      expect(tf.mean(variance).dataSync()[0]).toBeCloseTo(1, 4)

      const distance = (points: tf.Tensor, i: number, j: number) =>
        tf.sum(tf.squaredDifference(tf.gather(points, i), tf.gather(points, j))).dataSync()[0]!
      const ratio = distance(decoded, 0, 1) / distance(z, 0, 1)
      for (const [i, j] of [
        [2, 3],
        [4, 150],
        [77, 5],
      ] as const)
        expect(distance(decoded, i, j) / distance(z, i, j)).toBeCloseTo(ratio, 4)
    })
    frozen.dispose()
  })
})
