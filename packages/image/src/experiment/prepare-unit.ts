import { refine } from "@scalewise/core"
import { tf, type Parameters } from "@scalewise/nn"
import { bitCodes } from "./bit-codes.ts"
import { coarseToFine, type CoarseToFine, type CoarseToFineParameters, type TrainingContext } from "./coarse-to-fine.ts"
import { bitwiseHead, regressionHead, softmaxHead } from "./code-heads.ts"
import type { ExperimentConfig } from "./config.ts"
import type { Denoiser } from "./denoiser.ts"
import { latentSpace } from "./linear-autoencoder.ts"
import { mlpSize } from "./mlp.ts"
import { latentDenoiser, pyramidDenoiser, singleShot } from "./pixel-and-latent.ts"
import type { ReferenceResult } from "./references.ts"
import type { SeedData } from "./seed-data.ts"
import type { UnitName } from "./unit.ts"

/** A unit made ready for training, with the tensors that it stands on. */
export interface PreparedUnit {
  denoiser: Denoiser
  /** Images after each step of a model in several steps, for pictures; the caller disposes. */
  filmstrip?(parameters: Parameters, noisyBP: tf.Tensor): Promise<tf.Tensor[]>
  dispose(): void
}

/** Builds the model of a unit on what `measureReferences` has found. */
export function prepareUnit(
  unit: Exclude<UnitName, "references">,
  { pixels, side }: Pick<SeedData, "pixels" | "side">,
  { autoencoder, centroids }: Pick<ReferenceResult, "autoencoder" | "centroids">,
  { width: hidden, latent, codes, blur }: ExperimentConfig,
): PreparedUnit {
  const budget = mlpSize({ inputs: pixels, hidden, outputs: pixels })
  if (unit === "single-shot") return { denoiser: general(singleShot({ pixels, hidden })), dispose() {} }
  const pyramid = /^pyramid-(\d+)-(truth|predicted)$/.exec(unit)
  if (pyramid) {
    const model = coarseToFine({ side, depth: Number(pyramid[1]), budget, context: pyramid[2] as TrainingContext, blur })
    return {
      denoiser: general(pyramidDenoiser(model)),
      filmstrip: (parameters, noisyBP) => imagesAfterSteps(model, parameters as CoarseToFineParameters, noisyBP),
      dispose() {},
    }
  }
  const space = latentSpace(autoencoder)
  if (unit === "latent") return { denoiser: general(latentDenoiser({ latent, budget, space })), dispose: () => space.dispose() }
  const codebook = { centroids: tf.tensor2d(centroids, [codes, latent]), space }
  const bits = Number(/^bitwise-(\d+)$/.exec(unit)?.[1] ?? 0)
  const names = tf.tensor2d(bits > 0 ? Float32Array.from(bitCodes(centroids, latent, bits)) : [], [bits > 0 ? codes : 0, bits])
  const options = { pixels, hidden, codebook }
  const denoiser = bits > 0 ? bitwiseHead(names, options) : unit === "softmax" ? softmaxHead(options) : regressionHead(options)
  return {
    denoiser: general(denoiser),
    dispose() {
      space.dispose()
      tf.dispose([codebook.centroids, names])
    },
  }
}

/** Forgets which parameters a denoiser has: a runner only hands them from one of its functions to another. */
const general = <P extends Parameters>(denoiser: Denoiser<P>): Denoiser => denoiser as unknown as Denoiser

async function imagesAfterSteps(model: CoarseToFine, parameters: CoarseToFineParameters, noisyBP: tf.Tensor): Promise<tf.Tensor[]> {
  const process = model.backward(parameters)
  const images: tf.Tensor[] = []
  for await (const { state } of refine(process, { batch: noisyBP.shape[0], condition: noisyBP, greedy: true }))
    images.push(tf.tidy(() => process.readout(state)))
  return images
}
