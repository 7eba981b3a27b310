import type { PerStep } from "@scalewise/core"
import { ConfigError } from "@scalewise/nn"

/** How a model is sampled, as plain JSON. A list has one value for each scale, coarse to fine. */
export interface SamplingConfig {
  /** Divides the logits. @defaultValue 1 */
  readonly temperature?: PerStep<number>
  /** Draw among so many of the most probable tokens; 0 is off. @defaultValue 0 */
  readonly topK?: PerStep<number>
  /** Draw among the most probable tokens that hold this share of the probability; 0 and 1 are off. @defaultValue 0 */
  readonly topP?: PerStep<number>
  /**
   * Classifier-free guidance in VAR's units: logits (1 + t) c - t u. One number follows `guidanceRamp`, a list stands as it is.
   * @defaultValue 0: none
   */
  readonly guidance?: PerStep<number>
  /** Whether guidance grows from none at scale 1 to all at scale K, or is the same everywhere. @defaultValue "linear", as in VAR */
  readonly guidanceRamp?: "linear" | "constant"
  /** Mixtures of code vectors instead of drawn ones (see `smooth`). For pictures to look at, never for scores. @defaultValue false */
  readonly smooth?: boolean
  /** Draw each picture several times and take the best. @defaultValue none */
  readonly rejection?: RejectionConfig | undefined
}

/** How often a picture is drawn, and what is good enough. */
export interface RejectionConfig {
  /** At least 1. */
  readonly attempts: number
  /** The first attempt with this score is taken. @defaultValue the best of all */
  readonly accept?: number
}

/**
 * Refuses settings out of range.
 *
 * @param steps - K, the scales of the model
 * @throws ConfigError that names the setting, the range and what was given
 */
export function checkSampling({ temperature, topK, topP, guidance, rejection }: SamplingConfig, steps: number): void {
  checkValues("temperature", temperature, steps, { range: "a number above 0", accepts: (value) => value > 0 && value < Infinity })
  checkValues("topK", topK, steps, { range: "0 or a positive integer", accepts: (value) => Number.isSafeInteger(value) && value >= 0 })
  checkValues("topP", topP, steps, { range: "a share from 0 to 1", accepts: (value) => value >= 0 && value <= 1 })
  checkValues("guidance", guidance, steps, { range: "a finite number", accepts: Number.isFinite })
  if (rejection && (!Number.isSafeInteger(rejection.attempts) || rejection.attempts < 1))
    throw new ConfigError(`sampling.rejection.attempts: expected a positive integer, got ${rejection.attempts}`)
}

function checkValues(
  name: string,
  given: PerStep<number> | undefined,
  steps: number,
  { range, accepts }: { readonly range: string; readonly accepts: (value: number) => boolean },
): void {
  if (given === undefined) return
  if (typeof given !== "number" && given.length !== steps)
    throw new ConfigError(`sampling.${name}: expected one value, or one for each of the ${steps} scales, got ${given.length}`)
  const wrong = (typeof given === "number" ? [given] : given).find((value) => !accepts(value))
  if (wrong !== undefined) throw new ConfigError(`sampling.${name}: expected ${range}, got ${wrong}`)
}
