import { ConfigError } from "@scalewise/nn"
import type { ImageDataset } from "../data/image-dataset.ts"
import { checkGeneratorTraining } from "../generator/train-generator.ts"
import { tokenizer } from "../tokenizer/tokenizer.ts"
import { checkTokenizerTraining } from "../tokenizer/train-tokenizer.ts"
import { generatorOf, type ImageModel } from "./image-model.ts"
import type { ImageTrainingConfig } from "./presets.ts"
import { validationCount } from "./training-split.ts"

/** What a training is given beside its config. */
export interface CheckTrainingOptions {
  /** The training images. */
  readonly train: Pick<ImageDataset, "size" | "height" | "width" | "channels" | "classes">
  /** A model whose tokenizer is used. */
  readonly from?: ImageModel | undefined
}

/**
 * Refuses a training that cannot work, all stages of it, before the first one begins.
 *
 * @throws ConfigError for settings that do not fit together, the images or the given tokenizer
 */
export function checkTraining(config: ImageTrainingConfig, { train, from }: CheckTrainingOptions): void {
  const { height, width, autoencoder } = config.tokenizer
  const expected = [height, width, autoencoder.imageChannels].join(" x ")
  const found = [train.height, train.width, train.channels].join(" x ")
  if (found !== expected) throw new ConfigError(`train: expected images of ${expected}, as in the config, got ${found}`)
  const made = tokenizer(config.tokenizer)
  const images = train.size - validationCount(config, train.size)
  if (!from) checkTokenizerTraining(config.tokenizerTraining, { images })
  else checkGivenTokenizer(config, from)
  const { generator, generatorTraining } = config
  if (!generator || !generatorTraining) return
  generatorOf(made, generator)
  checkGeneratorTraining(generatorTraining, { tokenizer: made, images })
  if (generator.classes > 0 && generator.classes < train.classes.length)
    throw new ConfigError(`generator.classes: expected ${train.classes.length}, as the images have, or 0, got ${generator.classes}`)
}

/** @throws ConfigError where a model's tokenizer has other settings than the config */
export function checkGivenTokenizer(config: Pick<ImageTrainingConfig, "tokenizer">, { config: given }: ImageModel): void {
  if (JSON.stringify(given.tokenizer) !== JSON.stringify(config.tokenizer))
    throw new ConfigError("train: expected a tokenizer of the settings in the config, got another; use its own settings")
}
