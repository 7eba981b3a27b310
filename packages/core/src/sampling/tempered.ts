import { ConfigError } from "@scalewise/nn"
import type { BackwardProcess } from "../process/backward-process.ts"
import { keepTopK, keepTopP } from "./logit-filters.ts"
import { perStep, type PerStep } from "./per-step.ts"
import { originalOf, rewritten } from "./rewritten.ts"

/** Options of `tempered`; each is one number, or one for each step. */
export interface TemperedOptions {
  /** Divides the logits; below 1 draws are nearer to the most probable one. @defaultValue 1 */
  temperature?: PerStep<number>
  /** Draw among the k best entries, and those that tie with the k-th. 0 is off. @defaultValue 0 */
  topK?: PerStep<number>
  /** Draw among the best entries that hold this share of the probability. 0 and 1 are off. @defaultValue 0 */
  topP?: PerStep<number>
}

/**
 * Sharpens what each step draws from: temperature, then top-k, then top-p of what is left. Wrap a guided process, not
 * the other way round, to filter the guided logits as VAR does. Parts of a product without logits stay as they are.
 *
 * @throws ConfigError for values out of range, and at a step whose law has no logits
 */
export function tempered<State, Draw, Condition, Output>(
  process: BackwardProcess<State, Draw, Condition, Output>,
  { temperature = 1, topK = 0, topP = 0 }: TemperedOptions,
): BackwardProcess<State, Draw, Condition, Output> {
  const { steps } = process
  const temperatureAt = perStep(temperature, { name: "tempered: temperature", steps, accepts: (value) => value > 0 && value < Infinity })
  const topKAt = perStep(topK, { name: "tempered: topK", steps, accepts: (value) => Number.isInteger(value) && value >= 0 })
  const topPAt = perStep(topP, { name: "tempered: topP", steps, accepts: (value) => value >= 0 && value <= 1 })

  return {
    ...process,
    predict(state, step, condition) {
      const original = process.predict(state, step, condition)
      const degrees = temperatureAt(step)
      const law = original.mapLogits?.((logits) =>
        keepTopP(keepTopK(degrees === 1 ? logits : logits.div(degrees), topKAt(step)), topPAt(step)),
      )
      if (!law) throw new ConfigError(`tempered: expected a law with logits at step ${step}`)
      return rewritten(law, original)
    },
    advance: (state, step, draw, prediction) => process.advance(state, step, draw, originalOf(prediction)),
  }
}
