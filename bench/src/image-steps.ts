/**
 * What the benchmark times of the image model of the MNIST preset, here and in `peers/pytorch_digits.py`. Fresh parameters: what a step costs
 * does not depend on them.
 */
import { emptyUsage, recordUsage } from "@scalewise/core"
import { generatorLoss, generatorOf, imageModel, imagePresets, tokenizer, tokenizerLoss, type ImageModel } from "@scalewise/image"
import { adamw, randomStream, tf } from "@scalewise/nn"
import type { TrainingCase } from "./training-case.ts"

const { tokenizer: tokenizerConfig, tokenizerTraining, generator: generatorConfig, generatorTraining } = imagePresets["mnist"]!
const random = randomStream("bench image")

/** One batch through encoder, quantiser and decoder; gradients, clipping, AdamW and the count of the codes in use. */
export function tokenizerStep(): TrainingCase {
  const made = tokenizer(tokenizerConfig)
  const { batch, rate, betas, weightDecay, clipNorm, loss } = tokenizerTraining
  const { steps } = made.schedule
  const { height, width, autoencoder } = tokenizerConfig
  let usage = emptyUsage(steps, made.multiScale.quantiser.vocabulary)
  return {
    loss: tokenizerLoss(made, loss) as unknown as TrainingCase["loss"],
    options: {
      parameters: made.init(random.fold("tokenizer")),
      optimizer: adamw({ rate, betas, weightDecay }),
      clipNorm,
    },
    inputs: {
      image: random.fold("image").uniform([batch, height, width, autoencoder.imageChannels]),
      prefix: tf.tensor1d(
        random
          .fold("prefix")
          .integers(batch, steps - 1)
          .map((scale) => scale + 2),
        "int32",
      ),
    },
    follow(reported) {
      const next = recordUsage(
        usage,
        Array.from({ length: steps }, (_, index) => reported[`tokens.${index + 1}`]!),
        { decay: 0.99 },
      )
      tf.dispose(usage)
      usage = next
    },
    dispose: () => tf.dispose(usage),
  }
}

/** One teacher-forced batch of the next-scale Transformer; gradients, clipping, AdamW and the average of the parameters. */
export function varStep(): TrainingCase {
  const made = tokenizer(tokenizerConfig)
  const transformer = generatorOf(made, generatorConfig!)
  const { batch, rate, betas, weightDecay, clipNorm, ema, loss } = generatorTraining!
  const quantiser = made.multiScale.init(random.fold("quantiser"))
  const { length } = made.schedule
  const integers = (name: string, count: number, below: number): Int32Array => random.fold(name).integers(count, below)
  return {
    loss: generatorLoss(transformer, made, quantiser, loss) as unknown as TrainingCase["loss"],
    options: {
      parameters: transformer.init(random.fold("generator")),
      optimizer: adamw({ rate, betas, weightDecay, groups: (name) => (name.endsWith("weight") ? undefined : { weightDecay: 0 }) }),
      clipNorm,
      ema: { decay: ema },
    },
    inputs: {
      label: tf.tensor1d(integers("label", batch, generatorConfig!.classes + 1), "int32"),
      tokens: tf.tensor2d(integers("tokens", batch * length, made.multiScale.quantiser.vocabulary), [batch, length], "int32"),
    },
    dispose: () => tf.dispose(quantiser),
  }
}

/** Tokenizer and generator, untrained; the caller disposes it. */
export function digitModel(): ImageModel {
  const made = tokenizer(tokenizerConfig)
  return imageModel({
    config: { tokenizer: tokenizerConfig, generator: generatorConfig! },
    tokenizerParameters: made.init(random.fold("tokenizer")),
    generatorParameters: generatorOf(made, generatorConfig!).init(random.fold("generator")),
  })
}
