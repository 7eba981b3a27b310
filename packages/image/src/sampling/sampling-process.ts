import { rejecting, tempered, type BackwardProcess } from "@scalewise/core"
import { ConfigError, type tf } from "@scalewise/nn"
import type { LabelCondition } from "../generator/next-scale-process.ts"
import type { ImageModel } from "../model/image-model.ts"
import { labelGuidance } from "./guidance.ts"
import { checkSampling, type SamplingConfig } from "./sampling-config.ts"
import { smooth } from "./smooth.ts"

/** A process from labels to pictures [B, H, W, C], whatever its state and its draws. */
export type ImageProcess = BackwardProcess<unknown, unknown, LabelCondition, tf.Tensor>

/** A process that draws tokens: a model's own, or one of the wrappers around it. */
export type TokenProcess<State = unknown> = BackwardProcess<State, tf.Tensor, LabelCondition, tf.Tensor>

/** Options of `samplingProcess`. */
export interface SamplingProcessOptions {
  /** What is wrapped, e.g. a process that keeps a part of a picture. @defaultValue the model's own */
  readonly process?: TokenProcess
  /** What is put around guidance, temperature and filters, inside soft codes and rejection: a wrapper of your own. */
  readonly wrap?: ((process: TokenProcess) => TokenProcess) | undefined
  /** What rejection goes by: scores [B] of pictures [B, H, W, C], greater is better; e.g. `classifierScore`. */
  readonly score?: ((images: tf.Tensor, condition: LabelCondition) => tf.Tensor) | undefined
}

/**
 * The process that draws with these settings: guidance inside, temperature and filters around it (VAR filters guided logits), then a
 * wrapper of the caller's, soft codes, and rejection.
 *
 * @throws ConfigError in one sentence for settings out of range, guidance without classes, and rejection without a score
 */
export function samplingProcess(
  model: ImageModel,
  settings: SamplingConfig = {},
  { process = model.process, wrap, score }: SamplingProcessOptions = {},
): ImageProcess {
  const { temperature = 1, topK = 0, topP = 0, guidance = 0, guidanceRamp, rejection } = settings
  checkSampling(settings, process.steps)
  const { multiScale } = model.tokenizer
  const isOff = (value: number | readonly number[], off: number): boolean => [value].flat().every((one) => one === off)

  let wrapped: TokenProcess = process
  if (!isOff(guidance, 0)) {
    const classes = model.config.generator?.classes ?? 0
    wrapped = labelGuidance(wrapped, { guidance, classes, ...(guidanceRamp && { ramp: guidanceRamp }) })
  }
  if (!isOff(temperature, 1) || !isOff(topK, 0) || !isOff(topP, 0)) wrapped = tempered(wrapped, { temperature, topK, topP })
  if (wrap) wrapped = wrap(wrapped)
  if (settings.smooth) wrapped = smooth(wrapped, { multiScale, quantiser: model.tokenizerParameters.quantiser })
  if (!rejection) return wrapped
  if (!score) throw new ConfigError("sampling.rejection: expected a score to choose by, got none; give one, such as classifierScore")
  return rejecting(wrapped, { ...rejection, score }) as ImageProcess
}
