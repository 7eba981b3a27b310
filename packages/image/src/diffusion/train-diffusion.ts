import { diffusionLoss } from "@scalewise/core"
import {
  adamwOf,
  type AdamWTraining,
  compile,
  compileFunction,
  ConfigError,
  DataError,
  type Dataset,
  disposeParameters,
  type RandomStream,
  type StepInputs,
  tf,
  train,
  type TrainEvent,
  type TrainingRun,
} from "@scalewise/nn"
import { scheduleOf, type ImageDiffusionConfig } from "./diffusion-config.ts"
import { diffusionInputs } from "./diffusion-inputs.ts"
import { inLatents, inPixels, type LatentCoder } from "./diffusion-space.ts"
import { imageDiffusion, type ImageDiffusion } from "./image-diffusion.ts"
import { latentDeviation } from "./latent-deviation.ts"
import { unet, type UnetParameters } from "./unet.ts"

/** How a diffusion model is trained, as plain JSON. */
export interface DiffusionTraining extends AdamWTraining {
  readonly steps: number
  readonly betas: readonly [number, number]
  /** Decay of the moving average of the parameters, which is what is kept. */
  readonly ema: number
  /** Share of the samples whose class is dropped, so that guidance has an unconditional model. */
  readonly classDropout: number
}

/** Options of `trainDiffusion`. */
export interface TrainDiffusionOptions extends TrainingRun {
  readonly config: ImageDiffusionConfig
  readonly training: DiffusionTraining
  /** `image` [B, H, W, C] in [0, 1] and, where the config has classes, `label` int32 [B]. */
  readonly dataset: Dataset
  /** The same of images that are not trained on. */
  readonly validation: Dataset
  /** The tokenizer in whose latents to train; needed where the config says so. It is frozen. */
  readonly coder?: LatentCoder | undefined
  /** Loss on the validation set after every so many steps. @defaultValue 500 */
  readonly scoreEvery?: number
  /** Images of the validation set that are scored. @defaultValue 1000 */
  readonly scoreImages?: number
}

/** What a training leaves; the model is the caller's. */
export interface TrainedDiffusion {
  readonly model: ImageDiffusion
  readonly mode: "captured" | "eager"
  /** Why the steps ran eagerly, where they did. */
  readonly fallbackReason: string | undefined
  readonly seconds: number
}

/**
 * Trains a denoiser of images, or of a tokenizer's latents, to predict v at a random noise level (Ho et al. 2020, Eq. 6; Salimans and Ho 2022),
 * by the same loop as everything else. Tells the loop's events; those of type `evaluate` carry `loss`, the mean squared error of v on validation
 * images with the averaged parameters, at levels and with noise that are the same every time.
 *
 * @throws ConfigError for settings that do not fit together, DataError or ShapeError where images or latents do not fit the config
 */
export async function* trainDiffusion(options: TrainDiffusionOptions): AsyncGenerator<TrainEvent, TrainedDiffusion, undefined> {
  const { config, training, dataset, validation, coder, random, folder, signal, clock } = options
  const { scoreEvery = 500, scoreImages = 1000, mode = "auto" } = options
  const { height, width, channels, classes } = config.network
  if (dataset.size < training.batch)
    throw new ConfigError(`trainDiffusion: expected at least one batch of ${training.batch} images, got ${dataset.size}; lower the batch`)
  if ((config.space === "latents") !== (coder !== undefined))
    throw new ConfigError(`trainDiffusion: expected a coder for a model of latents and for no other, got one ${coder ? "" : "not "}given`)
  const network = unet(config.network)
  await checkSample(dataset, classes, config.space === "pixels" ? [height, width, channels] : undefined)
  const deviation = coder
    ? await latentDeviation({ encode: coder.encode, dataset, shape: [height, width, channels], random: random.fold("deviation") })
    : 1
  const space = coder ? inLatents(coder, deviation) : inPixels
  const inputsOf = (data: StepInputs, samples: RandomStream, classDropout: number): StepInputs =>
    diffusionInputs({ image: data["image"]!, label: data["label"], space, levels: config.levels, classes, classDropout, random: samples })

  const schedule = scheduleOf(config)
  const losses = diffusionLoss((parameters: UnetParameters, xt, times, labels) => network.apply(parameters, xt, times, labels!), {
    schedule,
    prediction: "v",
  })
  const loss = (parameters: UnetParameters, { x0, levels, noise, labels }: StepInputs): tf.Tensor =>
    losses(parameters, { x0: x0!, levels: levels!, noise: noise!, condition: labels! }).loss

  const initial = network.init(random.fold("parameters"))
  const step = compile(loss, {
    parameters: initial,
    optimizer: adamwOf(training, { steps: training.steps }),
    clipNorm: training.clipNorm,
    ema: { decay: training.ema },
    mode,
  })
  disposeParameters(initial)
  const validationLoss = compileFunction(loss, { parameters: () => step.averaged()!, mode })

  const score = async (): Promise<Record<string, number>> => {
    const size = Math.min(scoreImages, validation.size)
    const batch = Math.min(training.batch, size)
    const stream = random.fold("validation")
    let sum = 0
    const batches = Math.floor(size / batch)
    for (let index = 0; index < batches; index++) {
      const rows = Int32Array.from({ length: batch }, (_, b) => index * batch + b)
      const data = await validation.gather(rows)
      const value = tf.tidy(() => validationLoss(inputsOf(data, stream.samples([...rows]), 0)))
      sum += (await value.data())[0]!
      tf.dispose([value, ...Object.values(data)])
    }
    return { loss: sum / batches }
  }

  let seconds = 0
  try {
    for await (const event of train({
      step,
      dataset,
      batchSize: training.batch,
      lastBatch: "drop",
      random: random.fold("training"),
      steps: training.steps,
      prepare: ({ data, random: samples }) => inputsOf(data, samples, training.classDropout),
      evaluate: { everySteps: scoreEvery, run: score },
      clock,
      ...(signal && { signal }),
      ...(folder !== undefined && { checkpoints: { folder, everyMinutes: 2, keepLast: 1, resume: true } }),
    })) {
      yield event
      if (event.type !== "done") continue
      if (event.reason === "aborted") signal?.throwIfAborted()
      ;({ seconds } = event)
    }
    const model = imageDiffusion({ config, parameters: step.averaged()!, deviation, mode })
    return { model, mode: step.mode, fallbackReason: step.fallbackReason, seconds }
  } finally {
    validationLoss.dispose()
    step.dispose()
  }
}

/** Looks at the first image, so that a wrong size is said in one sentence and before the first step. */
async function checkSample(dataset: Dataset, classes: number, shape: readonly number[] | undefined): Promise<void> {
  const data = await dataset.gather(Int32Array.of(0))
  const found = data["image"]?.shape.slice(1).join(" x ")
  const hasLabel = data["label"] !== undefined
  tf.dispose(Object.values(data))
  if (found === undefined || (shape && found !== shape.join(" x ")))
    throw new DataError(
      `trainDiffusion: expected images of ${shape ? shape.join(" x ") : "some size"}, as in the config, got ${found ?? "none"}`,
    )
  if (classes > 0 && !hasLabel)
    throw new DataError(
      `trainDiffusion: expected a label for each image, since the config has ${classes} classes, got none; set classes to 0`,
    )
}
