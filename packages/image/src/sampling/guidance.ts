import { guided, type BackwardProcess, type GuidedState, type PerStep } from "@scalewise/core"
import { ConfigError } from "@scalewise/nn"
import type { LabelCondition } from "../generator/next-scale-process.ts"

/** Options of `labelGuidance`. */
export interface LabelGuidanceOptions {
  /** VAR's t: logits (1 + t) c - t u. One number, or one for each scale. */
  readonly guidance: PerStep<number>
  /** Whether one number is reached linearly, from none at scale 1 (VAR's t (k - 1) / (K - 1)). A list stands as it is. @defaultValue "linear" */
  readonly ramp?: "linear" | "constant"
  /** Classes that the model was trained with. */
  readonly classes: number
}

/**
 * Classifier-free guidance towards a class (VAR, arXiv 2404.02905; Ho and Salimans 2022): each scale is predicted with the class and with
 * the null class, and drawn from beyond the former, seen from the latter. Twice the network calls.
 *
 * @throws ConfigError for a model that knows no classes
 */
export function labelGuidance<State, Draw, Output>(
  process: BackwardProcess<State, Draw, LabelCondition, Output>,
  { guidance, ramp = "linear", classes }: LabelGuidanceOptions,
): BackwardProcess<GuidedState<State>, Draw, LabelCondition, Output> {
  if (classes === 0)
    throw new ConfigError("sampling.guidance: expected a model that knows classes, got an unconditional one; leave guidance out")
  return guided(process, { scale: guidance, ramp: typeof guidance === "number" ? ramp : "constant", convention: "var" })
}
