import { kMeans, nearestCode } from "@scalewise/core"
import { countParameters, disposeParameters, ops, residentDataset, tf } from "@scalewise/nn"
import { moments, type Moments } from "../linear-algebra/moments.ts"
import { principalDirections } from "../linear-algebra/symmetric-eigen.ts"
import { bandKernels, highBand } from "./bands.ts"
import { coarseToFine } from "./coarse-to-fine.ts"
import type { ExperimentConfig } from "./config.ts"
import { errorsOf, type Errors } from "./errors.ts"
import { meanSquaredError } from "./image-error.ts"
import { inChunks } from "./in-chunks.ts"
import type { CurvePoint } from "./learning-curve.ts"
import { freezeAutoencoder, latentSpace, linearAutoencoder, type FrozenAutoencoder } from "./linear-autoencoder.ts"
import { linearDenoiser, whiteNoise, type LinearDenoiser } from "./linear-denoiser.ts"
import { mlpSize } from "./mlp.ts"
import { gatherRows } from "./gather-rows.ts"
import { exampleRows, type SeedData } from "./seed-data.ts"
import { trainModel, type RunSettings, type TrainingProgress } from "./train-model.ts"

/** The yardsticks of a seed: what no model of a kind can beat, and what costs nothing. Intensities in [0, 1]. */
export interface ReferenceResult {
  unit: "references"
  seed: number
  /** Of the autoencoder. */
  parameters: number
  /** Test error of the autoencoder on clean images while it was trained. */
  curve: CurvePoint[]
  seconds: number[]
  mode: "captured" | "eager"
  /** Errors of answers that need no network; see `Errors`. */
  baselines: Record<BaselineName, Errors>
  /** Test MSE of the best linear autoencoder of that size (principal components of the training images). */
  principalMse: number
  /** The frozen autoencoder. */
  autoencoder: FrozenAutoencoder
  /** Centroids of the training images' latents, row-major [K, D]. */
  centroids: Float32Array
  /** One test image of each label: row-major [labels, P], in the config's range. */
  pictures: Record<string, Float32Array>
  /** Their Laplacian bands, coarse to fine: row-major [labels, h w]. */
  bands: Float32Array[]
}

/** Answers that need no training beyond means and covariances. */
export type BaselineName =
  /** The mean training image. */
  | "meanImage"
  /** The noisy image itself. */
  | "noisyImage"
  /** The autoencoder's reconstruction of the clean image: the floor of every latent model. */
  | "reconstruction"
  /** The decoded nearest centroid of the clean image: the floor of every model that answers with a code. */
  | "centroid"
  /** The best linear map from noisy to clean pixels, fitted to the training noise. */
  | "linearPixel"
  /** The best linear map from noisy to clean latents, decoded. */
  | "linearLatent"
  /** The clean image's coarse band, upsampled: a perfect first step of Setup C and no second one. */
  | "coarseBand"

/** Trains and freezes the autoencoder, finds the centroids and measures every yardstick of a seed. */
export async function* measureReferences(
  data: SeedData,
  config: ExperimentConfig,
  settings: RunSettings,
): AsyncGenerator<TrainingProgress, ReferenceResult, undefined> {
  const { pixels, side, train, test, random } = data
  const peak = config.range[1] - config.range[0]
  const images = train.length / pixels
  const model = linearAutoencoder({ pixels, latent: config.latent })
  const start = model.init(random.fold("autoencoder"))
  const curveTest = test.subarray(0, config.curveImages * pixels)
  const trained = yield* trainModel({
    loss: model.loss,
    parameters: start,
    dataset: residentDataset({ clean: { values: train, shape: [pixels] } }),
    epochs: config.autoencoderEpochs,
    batch: config.batch,
    rate: config.autoencoderRate,
    weightDecay: config.weightDecay,
    random: random.fold("autoencoder"),
    evaluationsPerEpoch: config.evaluationsPerEpoch,
    evaluate: async (parameters) => {
      const { x } = await inChunks(curveTest, pixels, (clean) => ({ x: tf.tidy(() => model.apply(parameters, clean)) }))
      return meanSquaredError(x!, curveTest) / peak ** 2
    },
    settings,
  })
  const statistics = moments(train, pixels)
  const autoencoder = freezeAutoencoder(trained.parameters, statistics)
  const parameters = countParameters(start)
  disposeParameters(start)
  disposeParameters(trained.parameters)

  const space = latentSpace(autoencoder)
  const kernels = bandKernels(config.blur)
  const { latents } = await inChunks(train, pixels, (rows) => ({ latents: tf.tidy(() => space.encode(rows)) }))
  const points = tf.tensor2d(latents!, [images, config.latent])
  const centroidTensor = await kMeans(points, { clusters: config.codes, random: random.fold("codes") })
  const { reconstruction, centroid, coarseBand } = await inChunks(test, pixels, (rows) =>
    tf.tidy(() => {
      const zBD = space.encode(rows)
      const imagesBHWC = tf.reshape(rows, [-1, side, side, 1])
      return {
        reconstruction: space.decode(zBD),
        centroid: space.decode(ops.embedding(centroidTensor, nearestCode(centroidTensor, zBD))),
        coarseBand: tf.sub(imagesBHWC, highBand(imagesBHWC, kernels)),
      }
    }),
  )
  const noiseless = { clean: test, reconstruction: reconstruction!, centroid: centroid!, side, kernels, peak }

  const pixelDenoiser = linearDenoiser(statistics.mean, statistics.covariance, whiteNoise(pixels, config.sigma))
  const latentDenoiser = bestLatentDenoiser(autoencoder, moments(latents!, config.latent), config.sigma)
  const linear = async (noisy: Float32Array) => {
    const pixel = onBackend(pixelDenoiser)
    const latent = onBackend(latentDenoiser)
    const results = await inChunks(noisy, pixels, (rows) =>
      tf.tidy(() => ({ pixel: pixel.apply(rows), latent: space.decode(latent.apply(space.encode(rows))) })),
    )
    pixel.dispose()
    latent.dispose()
    return results
  }
  const atTraining = await linear(data.noisy)
  const atShift = await linear(data.shifted)
  const meanImage = Float32Array.from({ length: test.length }, (_, i) => statistics.mean[i % pixels]!)
  const measured = async (restored: Float32Array, shifted = restored) => errorsOf(restored, shifted, noiseless)
  const baselines = {
    meanImage: await measured(meanImage),
    noisyImage: await measured(data.noisy, data.shifted),
    reconstruction: await measured(reconstruction!),
    centroid: await measured(centroid!),
    linearPixel: await measured(atTraining["pixel"]!, atShift["pixel"]),
    linearLatent: await measured(atTraining["latent"]!, atShift["latent"]),
    coarseBand: await measured(coarseBand!),
  }

  const rows = exampleRows(data)
  const shown = (table: Float32Array) => gatherRows(table, pixels, rows)
  const clean = tf.tensor4d(shown(test), [rows.length, side, side, 1])
  const depth = Math.max(2, ...config.depths)
  const pyramid = coarseToFine({
    side,
    depth,
    context: "truth",
    blur: config.blur,
    budget: mlpSize({ inputs: pixels, hidden: config.width, outputs: pixels }),
  })
  const bandTensors = pyramid.forward.targets(clean, random)
  const bands = bandTensors.map((band) => Float32Array.from(band.dataSync()))
  const result: ReferenceResult = {
    unit: "references",
    seed: data.seed,
    parameters,
    curve: trained.curve,
    seconds: trained.seconds,
    mode: trained.mode,
    baselines,
    principalMse: principalError(statistics, test, config.latent) / peak ** 2,
    autoencoder,
    centroids: Float32Array.from(centroidTensor.dataSync()),
    pictures: {
      clean: shown(test),
      noisy: shown(data.noisy),
      shifted: shown(data.shifted),
      reconstruction: shown(reconstruction!),
      centroid: shown(centroid!),
      linearPixel: shown(atTraining["pixel"]!),
    },
    bands,
  }
  space.dispose()
  tf.dispose([points, centroidTensor, clean, ...bandTensors])
  return result
}

/** The noise of a pixel reaches the latent through the encoder: N = sigma^2 E^T E. */
function bestLatentDenoiser({ pixels, latent, encoder }: FrozenAutoencoder, { mean, covariance }: Moments, sigma: number): LinearDenoiser {
  const values = new Float64Array(latent * latent)
  for (let p = 0; p < pixels; p++)
    for (let i = 0; i < latent; i++)
      for (let j = 0; j < latent; j++) values[i * latent + j]! += sigma ** 2 * encoder[p * latent + i]! * encoder[p * latent + j]!
  return linearDenoiser(mean, covariance, { size: latent, values })
}

function onBackend({ mean, gain }: LinearDenoiser): { apply(rows: tf.Tensor): tf.Tensor; dispose(): void } {
  const centre = tf.tensor1d(Float32Array.from(mean))
  const matrix = tf.tensor2d(Float32Array.from(gain.values), [gain.size, gain.size])
  return {
    apply: (rows) => tf.add(ops.matMul(tf.sub(rows, centre), matrix), centre),
    dispose: () => tf.dispose([centre, matrix]),
  }
}

/** Mean squared distance of the test images from the span of the training images' leading principal directions. */
function principalError({ mean, covariance }: Moments, test: Float32Array, latent: number): number {
  const { vectors } = principalDirections(covariance, latent)
  return tf.tidy(() => {
    const directions = tf.tensor2d(Float32Array.from(vectors), [latent, mean.length])
    const centred = tf.sub(tf.tensor2d(test, [test.length / mean.length, mean.length]), tf.tensor1d(Float32Array.from(mean)))
    const coordinates = ops.matMul(centred, directions, { transposeB: true })
    return tf.mean(tf.squaredDifference(ops.matMul(coordinates, directions), centred)).dataSync()[0]!
  })
}
