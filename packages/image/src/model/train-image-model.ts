import { flattenParameters, randomStream, unflattenParameters, type Parameters } from "@scalewise/nn"
import { pixelsOf, type ImageDataset } from "../data/image-dataset.ts"
import { trainingDataset } from "../data/training-dataset.ts"
import { trainGenerator, type GeneratorEvent } from "../generator/train-generator.ts"
import { trainTokenizer, type TokenizerEvent } from "../tokenizer/train-tokenizer.ts"
import { tokenizer } from "../tokenizer/tokenizer.ts"
import type { TokenizerLossOptions } from "../tokenizer/tokenizer-loss.ts"
import { checkGivenTokenizer, checkTraining } from "./check-training.ts"
import { generatorOf, imageModel, loadImageModel, saveImageModel, type ImageModel } from "./image-model.ts"
import type { ImageTrainingConfig } from "./presets.ts"
import { tokenDataset } from "./token-dataset.ts"
import { trainingSplit } from "./training-split.ts"

/** Options of `trainImageModel`. */
export interface TrainImageModelOptions extends TokenizerLossOptions {
  readonly config: ImageTrainingConfig
  /** Training images; some are held back, see `validationRows`. */
  readonly train: ImageDataset
  /** A model whose tokenizer is used as it is, instead of training one; it stays the caller's. */
  readonly from?: ImageModel | undefined
  /** Where an interrupted training is kept and taken up again, bit for bit. @defaultValue nowhere */
  readonly folder?: string | undefined
  /** How steps run. @defaultValue "auto" */
  readonly mode?: "auto" | "eager"
  /** Finishes the step, saves, and stops with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds. */
  readonly clock: () => number
}

/** What a training of an image model tells. */
export type ImageTrainingEvent =
  | { readonly stage: "tokenizer"; readonly event: TokenizerEvent }
  | { readonly stage: "encoding"; readonly done: number; readonly total: number }
  | { readonly stage: "generator"; readonly event: GeneratorEvent }

/** What it leaves: a model, which is the caller's, and what its stages took. */
export interface TrainedImageModel {
  readonly model: ImageModel
  readonly seconds: { readonly tokenizer: number; readonly generator: number }
  readonly mode: "captured" | "eager"
}

/**
 * Trains a tokenizer, encodes all images with it, and trains a generator over the tokens. A stage that is complete in `folder` is taken from
 * there.
 *
 * @throws ConfigError as `checkTraining`
 */
export async function* trainImageModel(options: TrainImageModelOptions): AsyncGenerator<ImageTrainingEvent, TrainedImageModel, undefined> {
  const { config, train, from, folder, signal, clock, features, mode = "auto" } = options
  checkTraining(config, { train, from })
  const random = randomStream(config.seed)
  const { kept, validation } = trainingSplit(config, train)
  const shared = { clock, mode, signal }
  const finished = folder && `${folder}/tokenizer-finished`

  let seconds = { tokenizer: 0, generator: 0 }
  let ranAs: "captured" | "eager" = "captured"
  let base: ImageModel | undefined = from ?? (finished ? await loadImageModel(finished).catch(() => undefined) : undefined)
  if (base) {
    checkGivenTokenizer(config, base)
    seconds = { ...seconds, tokenizer: Number(base.metadata["seconds"] ?? 0) }
  } else {
    const pixels = pixelsOf(validation)
    const validationImages = new Float32Array(validation.size * pixels)
    validationImages.set(await validation.read(Int32Array.from({ length: validation.size }, (_, row) => row)))
    const made = tokenizer(config.tokenizer)
    const result = yield* staged(
      "tokenizer",
      trainTokenizer({
        ...shared,
        tokenizer: made,
        training: config.tokenizerTraining,
        dataset: trainingDataset(kept),
        validation: validationImages,
        random: random.fold("tokenizer"),
        folder: folder && `${folder}/tokenizer`,
        features,
      }),
    )
    ranAs = result.mode
    seconds = { ...seconds, tokenizer: result.seconds }
    base = imageModel({
      config: { tokenizer: config.tokenizer, classes: train.classes },
      tokenizerParameters: result.parameters,
      metadata: { seconds: result.seconds },
    })
    if (finished) await saveImageModel(finished, base)
  }
  if (!config.generator || !config.generatorTraining) return { model: from ? withoutGenerator(from) : base, seconds, mode: ranAs }

  const transformer = generatorOf(base.tokenizer, config.generator)
  const encoding = { latents: config.generatorTraining.bitFlips > 0, classes: config.generator.classes > 0, signal }
  const total = kept.size + validation.size
  yield { stage: "encoding", done: 0, total }
  const encoded = await tokenDataset(base.tokenizer, base.tokenizerParameters, kept, encoding)
  yield { stage: "encoding", done: kept.size, total }
  const encodedValidation = await tokenDataset(base.tokenizer, base.tokenizerParameters, validation, encoding)
  yield { stage: "encoding", done: total, total }
  const result = yield* staged(
    "generator",
    trainGenerator({
      ...shared,
      transformer,
      tokenizer: base.tokenizer,
      tokenizerParameters: base.tokenizerParameters,
      training: config.generatorTraining,
      dataset: encoded,
      validation: encodedValidation,
      random: random.fold("generator"),
      folder: folder && `${folder}/generator`,
    }),
  )
  seconds = { ...seconds, generator: result.seconds }
  const owned = from ? withoutGenerator(from) : base
  const model = imageModel({
    config: { tokenizer: config.tokenizer, generator: config.generator, classes: train.classes },
    tokenizerParameters: owned.tokenizerParameters,
    generatorParameters: result.parameters,
  })
  return { model, seconds, mode: result.mode }
}

/** The events of one stage under its name; returns what the stage returns. */
async function* staged<Stage extends "tokenizer" | "generator", Event, Result>(
  stage: Stage,
  events: AsyncGenerator<Event, Result, undefined>,
): AsyncGenerator<{ stage: Stage; event: Event }, Result, undefined> {
  while (true) {
    const { done, value } = await events.next()
    if (done) return value
    yield { stage, event: value }
  }
}

/** A model with copies of the tokenizer's tensors, so that both can be disposed. */
function withoutGenerator({ config, tokenizerParameters }: ImageModel): ImageModel {
  const flat = Object.entries(flattenParameters(tokenizerParameters as unknown as Parameters))
  const copies = Object.fromEntries(flat.map(([name, tensor]) => [name, tensor.clone()]))
  return imageModel({
    config: { tokenizer: config.tokenizer, classes: config.classes },
    tokenizerParameters: unflattenParameters(copies) as unknown as ImageModel["tokenizerParameters"],
  })
}
