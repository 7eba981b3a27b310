import { compileFunction, tf, type CompiledFunction, type Parameters, CheckpointError } from "@scalewise/nn"
import { splitScales, teacherForced } from "../generator/generator-loss.ts"
import { labelsOf, type LabelCondition } from "../generator/next-scale-process.ts"
import type { GeneratorParameters } from "../generator/next-scale-transformer.ts"
import type { ImageModel } from "../model/image-model.ts"

/** Logits of all scales in one pass. */
export interface TeacherForced {
  /** Logits [B, L_k, V] of each scale, given the tokens [B, L] or bits [B, L, d] of the scales before; the caller's to dispose. */
  (tokens: tf.Tensor, condition: LabelCondition): tf.Tensor[]
  /** Releases the compiled pass. */
  dispose(): void
}

/**
 * The generator under teacher forcing: what the sampler would predict at each scale had it drawn the given tokens, all in one network call.
 *
 * @throws CheckpointError where the model has no generator
 */
export function teacherForcedLogits({ transformer, generatorParameters, tokenizer, tokenizerParameters }: ImageModel): TeacherForced {
  if (!transformer || !generatorParameters)
    throw new CheckpointError("likelihood: expected a model with a generator, found a tokenizer alone; train a generator over it first")
  const { schedule } = tokenizer
  const pass: CompiledFunction<Record<string, tf.Tensor>> = compileFunction(
    (parameters: Parameters, inputs) => {
      const { contexts } = teacherForced(tokenizer, tokenizerParameters.quantiser, inputs)
      const { logits } = transformer.apply(parameters as unknown as GeneratorParameters, {
        labels: inputs["labels"]!,
        scales: { from: 1, to: schedule.steps },
        contexts,
      })
      return Object.fromEntries(splitScales(logits, schedule.tokens).map((ofScale, index) => [String(index), ofScale]))
    },
    { parameters: generatorParameters },
  )
  const forced = (tokens: tf.Tensor, condition: LabelCondition): tf.Tensor[] => {
    const labels = tf.tensor1d(labelsOf(condition, tokens.shape[0], transformer.config.classes), "int32")
    try {
      const logits = pass({ tokens, labels })
      return schedule.tokens.map((_, index) => logits[index]!)
    } finally {
      labels.dispose()
    }
  }
  return Object.assign(forced, { dispose: () => pass.dispose() })
}
