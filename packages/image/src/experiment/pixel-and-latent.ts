import { tf } from "@scalewise/nn"
import { sample } from "@scalewise/core"
import type { CoarseToFine, CoarseToFineParameters } from "./coarse-to-fine.ts"
import type { Denoiser } from "./denoiser.ts"
import type { LatentSpace } from "./linear-autoencoder.ts"
import { matchedWidth, mlp, type MlpParameters } from "./mlp.ts"

/** Noisy image to clean image in one go: the pixel model of Setup A and the single shot of Setup C. */
export function singleShot({ pixels, hidden }: { pixels: number; hidden: number }): Denoiser<MlpParameters> {
  const network = mlp({ inputs: pixels, hidden, outputs: pixels })
  return {
    targets: ["clean"],
    init: (random) => network.init(random.fold(1)),
    loss: (parameters, { noisy, clean }) => tf.mean(tf.squaredDifference(network.apply(parameters, noisy!), clean!)),
    restore: async (parameters, noisyBP) => ({ image: tf.tidy(() => network.apply(parameters, noisyBP)) }),
  }
}

/** The latent model of Setup A: the noisy image is encoded, its latent denoised, and the result decoded. */
export function latentDenoiser({ latent, budget, space }: { latent: number; budget: number; space: LatentSpace }): Denoiser<MlpParameters> {
  const sizes = { inputs: latent, outputs: latent }
  const network = mlp({ ...sizes, hidden: matchedWidth([sizes], budget) })
  const denoise = (parameters: MlpParameters, noisyBP: tf.Tensor) => network.apply(parameters, space.encode(noisyBP))
  return {
    targets: ["latent"],
    init: (random) => network.init(random.fold(1)),
    loss: (parameters, { noisy, latent: zBD }) => tf.mean(tf.squaredDifference(denoise(parameters, noisy!), zBD!)),
    restore: async (parameters, noisyBP) => ({ image: tf.tidy(() => space.decode(denoise(parameters, noisyBP))) }),
  }
}

/** The models of Setup C and of the depth sweep, sampled by the one loop of core. */
export function pyramidDenoiser(model: CoarseToFine): Denoiser<CoarseToFineParameters> {
  return {
    targets: ["clean"],
    init: model.init,
    loss: model.loss,
    restore: async (parameters, noisyBP) => ({
      image: await sample(model.backward(parameters), { batch: noisyBP.shape[0], condition: noisyBP, greedy: true }),
    }),
  }
}
