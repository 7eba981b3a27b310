import { formatCount } from "@scalewise/cli"
import { countModelParameters, type ImageTrainingConfig } from "@scalewise/image"

/** What a training would take. */
export interface TrainingPlan {
  readonly parameters: { readonly tokenizer: number; readonly generator: number }
  /** Bytes of parameters, moments, averages and gradients. */
  readonly stateBytes: number
  readonly steps: { readonly tokenizer: number; readonly generator: number }
  /** The same as text. */
  readonly lines: readonly string[]
}

/** Parameters, memory and steps of a config, without training. */
export function trainingPlan(config: ImageTrainingConfig): TrainingPlan {
  const sizes = countModelParameters(config)
  const { tokenizerTraining, generatorTraining } = config
  const steps = { tokenizer: tokenizerTraining.plainSteps + tokenizerTraining.steps, generator: generatorTraining?.steps ?? 0 }
  // Parameters, gradients and two moments; the generator's average too
  const stateBytes = 4 * (4 * sizes.tokenizer + 5 * sizes.generator)
  return {
    parameters: sizes,
    stateBytes,
    steps,
    lines: [
      `tokenizer: ${formatCount(sizes.tokenizer)} parameters, ${formatCount(steps.tokenizer)} steps of ${tokenizerTraining.batch} images`,
      ...(generatorTraining
        ? [
            `generator: ${formatCount(sizes.generator)} parameters, ${formatCount(steps.generator)} steps of ${generatorTraining.batch} images`,
          ]
        : []),
      `state of the training: ${(stateBytes / 1e6).toFixed(1)} MB beside activations`,
    ],
  }
}
