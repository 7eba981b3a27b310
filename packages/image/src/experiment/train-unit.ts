import { nearestCode } from "@scalewise/core"
import {
  countParameters,
  disposeExcept,
  disposeParameters,
  residentDataset,
  tf,
  type Parameters,
  type RandomStream,
  type ResidentField,
  type StepInputs,
} from "@scalewise/nn"
import { bandKernels } from "./bands.ts"
import { bitCodes } from "./bit-codes.ts"
import type { ExperimentConfig } from "./config.ts"
import type { TargetName } from "./denoiser.ts"
import { errorsOf, type Errors, type ErrorTargets } from "./errors.ts"
import { gatherRows } from "./gather-rows.ts"
import { gradientVariance, type GradientVariance } from "./gradient-variance.ts"
import { meanSquaredError } from "./image-error.ts"
import { inChunks } from "./in-chunks.ts"
import type { CurvePoint } from "./learning-curve.ts"
import { latentSpace } from "./linear-autoencoder.ts"
import { prepareUnit, type PreparedUnit } from "./prepare-unit.ts"
import type { ReferenceResult } from "./references.ts"
import { exampleRows, type SeedData } from "./seed-data.ts"
import { trainModel, type RunSettings, type TrainingProgress } from "./train-model.ts"
import type { UnitName } from "./unit.ts"

/** Everything measured about one trained model. */
export interface ModelResult {
  unit: Exclude<UnitName, "references">
  seed: number
  /** Trained parameters, frozen parts left out. */
  parameters: number
  /** Errors by reading: `image` is the model's answer; see `Denoiser.restore`. */
  errors: Record<string, Errors>
  curve: CurvePoint[]
  trainLoss: number[]
  /** Of each epoch, evaluations left out. */
  seconds: number[]
  mode: "captured" | "eager"
  /** Of the trunk, after the first and after the last epoch; empty for models without a common trunk. */
  gradients: (GradientVariance & { epoch: number })[]
  /** One test image of each label, by reading; `step1`, `step2`, ... are the images after each step. Row-major [labels, P]. */
  pictures: Record<string, Float32Array>
}

/** Trains and measures one model. All models of a seed see the same batches, the same noise and the same test images. */
export async function* trainUnit(
  unit: Exclude<UnitName, "references">,
  data: SeedData,
  references: ReferenceResult,
  config: ExperimentConfig,
  settings: RunSettings,
): AsyncGenerator<TrainingProgress, ModelResult, undefined> {
  const { random } = data
  const prepared = prepareUnit(unit, data, references, config)
  const start = prepared.denoiser.init(random.fold("parameters"))
  try {
    return yield* trainPrepared(unit, prepared, start, data, references, config, settings)
  } finally {
    disposeParameters(start)
    prepared.dispose()
  }
}

async function* trainPrepared(
  unit: ModelResult["unit"],
  { denoiser, filmstrip }: PreparedUnit,
  start: Parameters,
  data: SeedData,
  references: ReferenceResult,
  config: ExperimentConfig,
  settings: RunSettings,
): AsyncGenerator<TrainingProgress, ModelResult, undefined> {
  const { pixels, train, test, random } = data
  const peak = config.range[1] - config.range[0]
  const dataset = residentDataset({
    clean: { values: train, shape: [pixels] },
    ...(await targetFields(denoiser.targets, data, references, config)),
  })
  /** Adds the noise of a step to the clean images. */
  const inputsOf = (batch: StepInputs, stream: RandomStream): Record<string, tf.Tensor> => {
    const [rows] = batch["clean"]!.shape as [number]
    const noise = tf.tensor2d(data.bank.normals(rows, pixels, config.sigma, stream), [rows, pixels])
    return { noisy: tf.add(batch["clean"]!, noise), ...Object.fromEntries(denoiser.targets.map((name) => [name, batch[name]!])) }
  }
  const curveRows = Math.min(config.curveImages, test.length / pixels) * pixels
  const restoreAll = (parameters: Parameters, noisy: Float32Array) => inChunks(noisy, pixels, (rows) => denoiser.restore(parameters, rows))

  const hasTrunk = denoiser.targets.some((target) => target !== "clean") && unit !== "latent"
  const trained = yield* trainModel({
    loss: denoiser.loss,
    parameters: start,
    dataset,
    prepare: (batch) => inputsOf(batch.data, batch.stepRandom),
    epochs: config.epochs,
    batch: config.batch,
    rate: config.rate,
    weightDecay: config.weightDecay,
    random: random.fold("training"),
    evaluationsPerEpoch: config.evaluationsPerEpoch,
    evaluate: async (parameters) => {
      const { image } = await restoreAll(parameters, data.noisy.subarray(0, curveRows))
      return meanSquaredError(image!, test.subarray(0, curveRows)) / peak ** 2
    },
    afterEpoch: async (epoch, parameters) => {
      if (!hasTrunk || (epoch !== 1 && epoch !== config.epochs)) return undefined
      const order = random.fold("gradient images").permutation(train.length / pixels)
      const inputs = async (index: number) => {
        const rows = Int32Array.from({ length: config.batch }, (_, i) => order[(index * config.batch + i) % order.length]!)
        const batch = await dataset.gather(rows)
        const noised = tf.tidy(() => inputsOf(batch, random.fold("gradient noise").fold(index)))
        disposeExcept(batch, noised)
        return noised
      }
      const include = (name: string) => name.startsWith("trunk.")
      return gradientVariance(denoiser.loss, { parameters, include, minibatches: config.gradientBatches, inputs })
    },
    settings,
  })

  const restored = await restoreAll(trained.parameters, data.noisy)
  const shifted = await restoreAll(trained.parameters, data.shifted)
  const targets = await errorTargets(data, references, config)
  const errors: ModelResult["errors"] = {}
  const pictures: ModelResult["pictures"] = {}
  const rows = exampleRows(data)
  for (const [reading, images] of Object.entries(restored)) {
    errors[reading] = await errorsOf(images, shifted[reading]!, targets)
    pictures[reading] = gatherRows(images, pixels, rows)
  }
  if (filmstrip) {
    const examples = tf.tensor2d(gatherRows(data.noisy, pixels, rows), [rows.length, pixels])
    const images = await filmstrip(trained.parameters, examples)
    for (const [index, image] of images.entries()) pictures[`step${index + 1}`] = Float32Array.from(image.dataSync())
    tf.dispose([examples, ...images])
  }
  const { curve, trainLoss, seconds, notes, mode: ran } = trained
  const gradients = notes.map(({ epoch, note }) => ({ epoch, ...note }))
  const result = {
    unit,
    seed: data.seed,
    parameters: countParameters(start),
    errors,
    curve,
    trainLoss,
    seconds,
    mode: ran,
    gradients,
    pictures,
  }
  disposeParameters(trained.parameters)
  return result
}

/** The targets of every training image that are not the image itself. */
async function targetFields(
  names: readonly TargetName[],
  { train, pixels }: SeedData,
  { autoencoder, centroids }: ReferenceResult,
  { latent, codes }: ExperimentConfig,
): Promise<Record<string, ResidentField>> {
  const fields: Record<string, ResidentField> = {}
  for (const name of names) {
    if (name === "clean") continue
    const space = latentSpace(autoencoder)
    const codebook = tf.tensor2d(centroids, [codes, latent])
    const encoded = await inChunks(train, pixels, (rows) =>
      tf.tidy(() => {
        const z = space.encode(rows)
        return name === "latent" ? { values: z } : { values: nearestCode(codebook, z) }
      }),
    )
    space.dispose()
    codebook.dispose()
    const values = encoded["values"]!
    if (name === "latent") fields[name] = { values, shape: [latent] }
    else if (name === "code") fields[name] = { values: Int32Array.from(values), shape: [] }
    else {
      const bits = Number(name.slice("bits".length))
      const table = Float32Array.from(bitCodes(centroids, latent, bits))
      fields[name] = { values: gatherRows(table, bits, Int32Array.from(values)), shape: [bits] }
    }
  }
  return fields
}

async function errorTargets(
  { test, pixels, side }: SeedData,
  { autoencoder, centroids }: ReferenceResult,
  { latent, codes, blur, range }: ExperimentConfig,
): Promise<ErrorTargets> {
  const space = latentSpace(autoencoder)
  const codebook = tf.tensor2d(centroids, [codes, latent])
  const { reconstruction, centroid } = await inChunks(test, pixels, (rows) =>
    tf.tidy(() => {
      const z = space.encode(rows)
      return { reconstruction: space.decode(z), centroid: space.decode(tf.gather(codebook, nearestCode(codebook, z))) }
    }),
  )
  space.dispose()
  codebook.dispose()
  return { clean: test, reconstruction: reconstruction!, centroid: centroid!, side, kernels: bandKernels(blur), peak: range[1] - range[0] }
}
