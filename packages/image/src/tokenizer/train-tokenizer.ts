import {
  adamwOf,
  type AdamWTraining,
  compile,
  ConfigError,
  type Dataset,
  disposeParameters,
  flattenParameters,
  train,
  type TrainEvent,
  type TrainingRun,
  type TrainStep,
  unflattenParameters,
} from "@scalewise/nn"
import { codebookUpkeep } from "./codebook-upkeep.ts"
import { vectorQuantiserOf } from "./scale-quantiser.ts"
import { startQuantiser } from "./start-quantiser.ts"
import { autoencoderLoss, tokenizerInputs, tokenizerLoss, type TokenizerLossConfig, type TokenizerLossOptions } from "./tokenizer-loss.ts"
import { tokenizerReport, type TokenizerReport } from "./tokenizer-report.ts"
import type { Tokenizer, TokenizerParameters } from "./tokenizer.ts"

/** How a tokenizer is trained, as plain JSON. */
export interface TokenizerTraining extends AdamWTraining {
  readonly betas: readonly [number, number]
  readonly loss: TokenizerLossConfig
  /** Steps with the quantiser. */
  readonly steps: number
  /** Steps before them in which the latent is decoded as it is. */
  readonly plainSteps: number
  /** Images whose latents start the codebook. */
  readonly startImages: number
  /** Look for dead codes after so many steps; 0 is never. */
  readonly reviveEvery: number
  /** A code is dead below this part of an even share at every scale. */
  readonly reviveBelow: number
}

/** Options of `trainTokenizer`. */
export interface TrainTokenizerOptions extends TrainingRun, TokenizerLossOptions {
  readonly tokenizer: Tokenizer
  readonly training: TokenizerTraining
  /** Training images: `image` [B, H, W, C] in [0, 1]. */
  readonly dataset: Dataset
  /** Images that are not trained on, row-major [N, H, W, C], for the reports. */
  readonly validation: Float32Array
  /** A report on the validation images after every so many steps. @defaultValue 500 */
  readonly reportEvery?: number
}

/** What `trainTokenizer` tells: the events of its two trainings, and what the validation images say. */
export type TokenizerEvent =
  | {
      readonly type: "progress"
      readonly stage: "plain" | "quantised"
      readonly event: TrainEvent
      readonly step: number
      readonly steps: number
    }
  | { readonly type: "report"; readonly step: number; readonly report: TokenizerReport }

/** What a training leaves; the parameters are the caller's. */
export interface TrainedTokenizer {
  readonly parameters: TokenizerParameters
  readonly mode: "captured" | "eager"
  /** Training time of both stages. */
  readonly seconds: number
}

/**
 * Refuses a training that cannot work on so many images.
 *
 * @throws ConfigError where the batch is larger than the data set
 */
export function checkTokenizerTraining({ batch }: TokenizerTraining, { images }: { readonly images: number }): void {
  if (images < batch)
    throw new ConfigError(`trainTokenizer: expected at least one batch of ${batch} images, got ${images}; lower the batch`)
}

/**
 * Trains a tokenizer in two stages: first encoder and decoder alone, then, from codebooks that k-means found in the latents, everything.
 * What collapses codebooks is met by that start, by low latent width and by reviving dead codes.
 *
 * @throws ConfigError where the batch is larger than the data set
 */
export async function* trainTokenizer(options: TrainTokenizerOptions): AsyncGenerator<TokenizerEvent, TrainedTokenizer, undefined> {
  const { tokenizer, training, dataset, validation, random, folder, reportEvery = 500, mode = "auto", signal, clock, features } = options
  checkTokenizerTraining(training, { images: dataset.size })
  const total = training.plainSteps + training.steps
  const shared = { dataset, batchSize: training.batch, lastBatch: "drop", clock, ...(signal && { signal }) } as const
  const checkpoints = (stage: string) =>
    folder === undefined ? {} : { checkpoints: { folder: `${folder}/${stage}`, everyMinutes: 2, keepLast: 1, resume: true } }
  let seconds = 0

  const initial = tokenizer.init(random.fold("parameters"))
  let parameters = initial
  if (training.plainSteps > 0) {
    const step = compile(autoencoderLoss(tokenizer, training.loss), {
      parameters: initial,
      optimizer: adamwOf({ ...training, finalRate: 1 }, { steps: training.plainSteps }),
      clipNorm: training.clipNorm,
      trainable: (name) => !name.startsWith("quantiser."),
      mode,
    })
    try {
      for await (const event of train({
        ...shared,
        step,
        random: random.fold("plain"),
        steps: training.plainSteps,
        prepare: ({ data }) => ({ image: data["image"]! }),
        ...checkpoints("plain"),
      })) {
        yield { type: "progress", stage: "plain", event, step: event.step, steps: total }
        if (event.type === "done" && event.reason === "aborted") signal?.throwIfAborted()
        if (event.type === "done") ({ seconds } = event)
      }
      parameters = step.parameters()
    } finally {
      step.dispose()
    }
  }

  const started = await withCodebook(options, parameters)
  if (parameters !== initial) disposeParameters(initial)
  const scales = tokenizer.schedule.steps
  const { quantiser } = tokenizer.config
  const averages = quantiser.kind === "vector" && quantiser.learning === "average"
  const plain = compile(tokenizerLoss(tokenizer, training.loss, { features }), {
    parameters: started,
    optimizer: adamwOf(training, { steps: training.steps }),
    clipNorm: training.clipNorm,
    trainable: (name) => !(averages && name.startsWith("quantiser.quantiser.codebook")),
    mode,
  })
  const step: TrainStep<TokenizerParameters> =
    quantiser.kind === "vector"
      ? codebookUpkeep(plain, {
          quantiser: vectorQuantiserOf(quantiser, { channels: tokenizer.config.autoencoder.latentChannels, scales }),
          scales,
          averages,
          reviveEvery: training.reviveEvery,
          reviveBelow: training.reviveBelow,
          random: random.fold("revival"),
        })
      : plain
  disposeParameters(started)
  try {
    let due = reportEvery
    for await (const event of train({
      ...shared,
      step,
      random: random.fold("quantised"),
      steps: training.steps,
      prepare: ({ data, random: samples }) => tokenizerInputs(data, samples, { scales, rate: training.loss.prefixDropout }),
      ...checkpoints("quantised"),
    })) {
      yield { type: "progress", stage: "quantised", event, step: training.plainSteps + event.step, steps: total }
      if (event.type === "done" && event.reason === "aborted") signal?.throwIfAborted()
      const isLast = event.type === "done"
      if (isLast) seconds += event.seconds
      if ((event.type === "step" && event.step >= due && event.step < training.steps) || isLast) {
        due = event.step + reportEvery
        const present = step.parameters()
        const report = await tokenizerReport(tokenizer, present, validation)
        disposeParameters(present)
        yield { type: "report", step: event.step, report }
      }
    }
    return { parameters: step.parameters(), mode: step.mode, seconds }
  } finally {
    step.dispose()
  }
}

/** Parameters whose quantiser fits the latents of some training images; takes `parameters` over. */
async function withCodebook(
  { tokenizer, training, dataset, random }: TrainTokenizerOptions,
  parameters: TokenizerParameters,
): Promise<TokenizerParameters> {
  const stream = random.fold("start")
  const rows = stream.fold("images").permutation(dataset.size).slice(0, training.startImages)
  const data = await dataset.gather(Int32Array.from(rows))
  const latent = tokenizer.encode(parameters, data["image"]!)
  const quantiser = await startQuantiser(tokenizer, { parameters: parameters.quantiser, latent, random: stream })
  latent.dispose()
  for (const tensor of Object.values(data)) tensor.dispose()
  const flat = flattenParameters(parameters)
  const fresh = flattenParameters({ quantiser: quantiser })
  for (const [name, tensor] of Object.entries(fresh)) if (flat[name] !== tensor) flat[name]?.dispose()
  return unflattenParameters({ ...flat, ...fresh }) as unknown as TokenizerParameters
}
