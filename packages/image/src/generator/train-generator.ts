import { bitFlipMask } from "@scalewise/core"
import {
  adamwOf,
  type AdamWTraining,
  compile,
  ConfigError,
  type Dataset,
  disposeParameters,
  onlyWeightsDecay,
  type PreparedBatch,
  type StepInputs,
  tf,
  train,
  type TrainEvent,
  type TrainingRun,
} from "@scalewise/nn"
import type { Tokenizer, TokenizerParameters } from "../tokenizer/tokenizer.ts"
import { checkScaleWeights, generatorLoss, type GeneratorLossConfig } from "./generator-loss.ts"
import type { GeneratorParameters, NextScaleTransformer } from "./next-scale-transformer.ts"
import { tokenStatistics, type TokenScores } from "./token-statistics.ts"

/** How a generator is trained, as plain JSON. */
export interface GeneratorTraining extends AdamWTraining {
  readonly steps: number
  readonly betas: readonly [number, number]
  readonly loss: GeneratorLossConfig
  /** Decay of the moving average of the parameters, which is what is kept. */
  readonly ema: number
  /** Share of the samples whose class is dropped, so that guidance has an unconditional model. */
  readonly classDropout: number
  /** Share of the scales of each sample, all but the first, that the loss leaves out. */
  readonly scaleDropout: number
  /** Self-correction where tokens are bits: they flip with a probability up to this one, and later scales learn to repair it; 0 is off. */
  readonly bitFlips: number
}

/** Options of `trainGenerator`. */
export interface TrainGeneratorOptions extends TrainingRun {
  readonly transformer: NextScaleTransformer
  readonly tokenizer: Tokenizer
  /** Frozen. */
  readonly tokenizerParameters: TokenizerParameters
  readonly training: GeneratorTraining
  /** `label` int32 [B] and `tokens` int32 [B, L] (or bits [B, L, d]); with bit flips `latent` [B, h, w, Z] in their place. */
  readonly dataset: Dataset
  /** The same of images that are not trained on. */
  readonly validation: Dataset
  /** Scores on the validation set after every so many steps. @defaultValue 500 */
  readonly scoreEvery?: number
}

/** What `trainGenerator` tells. */
export type GeneratorEvent =
  | { readonly type: "progress"; readonly event: TrainEvent; readonly steps: number }
  | { readonly type: "scores"; readonly step: number; readonly scores: TokenScores }

/** What a training leaves; the parameters are the caller's. */
export interface TrainedGenerator {
  readonly parameters: GeneratorParameters
  readonly mode: "captured" | "eager"
  readonly seconds: number
}

/**
 * Refuses a training that does not fit the tokenizer, or so many images.
 *
 * @throws ConfigError for flips of tokens that are no bits, weights that are not one for each scale, and a batch larger than the data set
 */
export function checkGeneratorTraining(
  { batch, bitFlips, loss }: GeneratorTraining,
  { tokenizer: { multiScale, schedule }, images }: { readonly tokenizer: Tokenizer; readonly images: number },
): void {
  if (bitFlips > 0 && multiScale.quantiser.tokens !== "bits")
    throw new ConfigError("generator.bitFlips: expected 0 where tokens are ids; use a bitwise tokenizer, or no flips")
  checkScaleWeights(loss, schedule)
  if (images < batch)
    throw new ConfigError(`trainGenerator: expected at least one batch of ${batch} images, got ${images}; lower the batch`)
}

/** Trains a next-scale Transformer with teacher forcing; the averaged parameters are kept. */
export async function* trainGenerator(options: TrainGeneratorOptions): AsyncGenerator<GeneratorEvent, TrainedGenerator, undefined> {
  const { transformer, tokenizer, tokenizerParameters, training, dataset, validation, random, folder, signal, clock } = options
  const { scoreEvery = 500, mode = "auto" } = options
  checkGeneratorTraining(training, { tokenizer, images: dataset.size })
  const initial = transformer.init(random.fold("parameters"))
  const step = compile(generatorLoss(transformer, tokenizer, tokenizerParameters.quantiser, training.loss), {
    parameters: initial,
    // Tables, biases and factors do not decay
    optimizer: adamwOf(training, { steps: training.steps, groups: onlyWeightsDecay }),
    clipNorm: training.clipNorm,
    ema: { decay: training.ema },
    mode,
  })
  disposeParameters(initial)
  let seconds = 0
  try {
    let due = scoreEvery
    for await (const event of train({
      step,
      dataset,
      batchSize: training.batch,
      lastBatch: "drop",
      random: random.fold("training"),
      steps: training.steps,
      prepare: (batch) => generatorInputs(batch, transformer, tokenizer, training),
      clock,
      ...(signal && { signal }),
      ...(folder !== undefined && { checkpoints: { folder, everyMinutes: 2, keepLast: 1, resume: true } }),
    })) {
      yield { type: "progress", event, steps: training.steps }
      const isLast = event.type === "done"
      if (isLast) {
        if (event.reason === "aborted") signal?.throwIfAborted()
        ;({ seconds } = event)
      }
      if ((event.type === "step" && event.step >= due && event.step < training.steps) || isLast) {
        due = event.step + scoreEvery
        const generator = step.averaged()!
        const scores = await tokenStatistics({
          transformer,
          tokenizer,
          generator,
          quantiser: tokenizerParameters.quantiser,
          dataset: validation,
        })
        disposeParameters(generator)
        yield { type: "scores", step: event.step, scores }
      }
    }
    return { parameters: step.averaged()!, mode: step.mode, seconds }
  } finally {
    step.dispose()
  }
}

/** What one step of `generatorLoss` takes; everything random is drawn here, each sample from its own stream. */
export function generatorInputs(
  { data, random }: Pick<PreparedBatch, "data" | "random">,
  { config, schedule }: NextScaleTransformer,
  { multiScale }: Tokenizer,
  training: GeneratorTraining,
): StepInputs {
  const labels = data["label"]!
  const batch = labels.shape[0]
  const dropped = random.fold("class").uniformValues([batch])
  const kept = tf.tensor1d(Array.from(dropped, (u) => Number(u >= training.classDropout)), "int32") // prettier-ignore
  const nullClass = tf.scalar(config.classes, "int32")
  const label = tf.add(tf.mul(labels, kept), tf.mul(nullClass, tf.sub(tf.scalar(1, "int32"), kept)))
  const inputs: Record<string, tf.Tensor> = { label }
  if (training.scaleDropout > 0) {
    const uniforms = random.fold("scales").uniformValues([batch, schedule.steps])
    const shares = uniforms.map((u, at) => (at % schedule.steps > 0 && u < training.scaleDropout ? 0 : 1))
    inputs["scaleShare"] = tf.tensor2d(Float32Array.from(shares), [batch, schedule.steps])
  }
  if (training.bitFlips === 0) return { ...inputs, tokens: data["tokens"]! }
  const strengths = Array.from({ length: 31 }, (_, index) => (index / 30) * training.bitFlips)
  for (const [index, sites] of schedule.tokens.entries())
    inputs[`flips.${index + 1}`] = bitFlipMask(random.fold("flips").fold(index), [batch, sites, multiScale.quantiser.channels], {
      strengths,
    })
  return { ...inputs, latent: data["latent"]! }
}
