import { ConfigError } from "@scalewise/nn"
import type { Distribution } from "../distribution/distribution.ts"
import type { BackwardProcess } from "../process/backward-process.ts"
import { convertGuidance, type GuidanceConvention } from "./guidance-scale.ts"
import { perStep, type PerStep } from "./per-step.ts"
import { originalOf, rewritten } from "./rewritten.ts"

/** Options of `guided`. */
export interface GuidedOptions<Condition> {
  /** Strength in the units of `convention`: one number, or one for each step. */
  scale: PerStep<number>
  /**
   * `linear` grows the guidance beyond the conditional law from nothing at step 1 to `scale` at step K, as VAR does
   * (t = cfg (k - 1) / (K - 1)); a single step is then not guided. @defaultValue "constant"
   */
  ramp?: "constant" | "linear"
  /** @defaultValue "scale", that is u + s (c - u) */
  convention?: GuidanceConvention
  /** The condition that stands for "none". @defaultValue the process's own `unconditional` */
  unconditional?: (condition: Condition) => Condition
}

/** Two runs side by side that get the same draws. */
export interface GuidedState<State> {
  conditional: State
  unconditional: State
}

/**
 * Classifier-free guidance (Ho and Salimans 2022; of logits as in VAR and Infinity): each step draws from u + s (c - u), in the logits of a
 * categorical or bitwise law, the mean of a Gaussian, the value of a point mass. Twice the network calls and state.
 *
 * @throws ConfigError where neither the options nor the process say what the unconditional condition is
 */
export function guided<State, Draw, Condition, Output>(
  process: BackwardProcess<State, Draw, Condition, Output>,
  { scale, ramp = "constant", convention = "scale", unconditional = process.unconditional?.bind(process) }: GuidedOptions<Condition>,
): BackwardProcess<GuidedState<State>, Draw, Condition, Output> {
  if (!unconditional) throw new ConfigError("guided: expected a process with `unconditional`, or the option of that name")
  const { steps } = process
  const strengthAt = perStep(scale, { name: "guided: scale", steps, accepts: Number.isFinite })
  const scaleAt = (step: number): number => {
    const full = convertGuidance(strengthAt(step), convention, "scale")
    return ramp === "constant" ? full : 1 + ((full - 1) * (step - 1)) / Math.max(1, steps - 1)
  }

  return {
    steps,
    ...(process.finished && { finished: (state: GuidedState<State>) => process.finished!(state.conditional) }),
    networkCalls: (step) => 2 * (process.networkCalls?.(step) ?? 1),
    start: (batch, condition, random) => ({
      conditional: process.start(batch, condition, random),
      unconditional: process.start(batch, unconditional(condition), random),
    }),
    predict(state, step, condition) {
      const original = {
        conditional: process.predict(state.conditional, step, condition),
        unconditional: process.predict(state.unconditional, step, unconditional(condition)),
      }
      const law = original.conditional.guidedFrom?.(original.unconditional, scaleAt(step))
      if (!law) throw new ConfigError(`guided: the law of step ${step} has no place where guidance could act`)
      return rewritten(law, original)
    },
    advance(state, step, draw, prediction) {
      const original = originalOf<Draw, GuidedState<Distribution<Draw>>>(prediction)
      return {
        conditional: process.advance(state.conditional, step, draw, original?.conditional),
        unconditional: process.advance(state.unconditional, step, draw, original?.unconditional),
      }
    },
    readout: (state) => process.readout(state.conditional),
  }
}
