import { ConfigError } from "@scalewise/nn"
import type { BackwardProcess } from "../process/backward-process.ts"

/** Options of `collaborate`. */
export interface CollaborateOptions<Draft, State> {
  /**
   * The drafter's state in the refiner's terms. A refiner with an attention cache starts from an empty one and runs the
   * prefix in its first `predict`. @defaultValue the state as it is
   */
  handOver?: (state: Draft) => State
}

/** Who holds the sample. */
export type Collaboration<Draft, State> = { stage: "draft"; state: Draft } | { stage: "refine"; state: State }

/**
 * CoDe: a (large) drafter takes the steps up to `switchStep`, a (small) refiner all later ones. Both draw from the
 * stream that they would have drawn from alone, so that at 0 and at K this is the refiner and the drafter.
 *
 * @throws ConfigError for a `switchStep` that is not within the steps of both
 */
export function collaborate<Draft, State, Draw, Condition, Output>(
  drafter: BackwardProcess<Draft, Draw, Condition, Output>,
  refiner: BackwardProcess<State, Draw, Condition, Output>,
  switchStep: number,
  { handOver = (state) => state as unknown as State }: CollaborateOptions<Draft, State> = {},
): BackwardProcess<Collaboration<Draft, State>, Draw, Condition, Output> {
  const { steps } = refiner
  if (!Number.isInteger(switchStep) || switchStep < 0 || switchStep > Math.min(drafter.steps, steps))
    throw new ConfigError(`collaborate: expected to switch after step 0 to ${Math.min(drafter.steps, steps)}, got ${switchStep}`)
  const handedOver = (state: Draft, step: number): Collaboration<Draft, State> =>
    step < switchStep || step === steps ? { stage: "draft", state } : { stage: "refine", state: handOver(state) }
  const unconditional = drafter.unconditional ?? refiner.unconditional

  return {
    steps,
    finished: ({ stage, state }) => (stage === "draft" ? drafter.finished?.(state) : refiner.finished?.(state)) ?? false,
    networkCalls: (step) => (step <= switchStep ? drafter : refiner).networkCalls?.(step) ?? 1,
    ...(unconditional && { unconditional }),
    start: (batch, condition, random) =>
      switchStep === 0
        ? { stage: "refine", state: refiner.start(batch, condition, random) }
        : { stage: "draft", state: drafter.start(batch, condition, random) },
    predict: ({ stage, state }, step, condition) =>
      stage === "draft" ? drafter.predict(state, step, condition) : refiner.predict(state, step, condition),
    advance: ({ stage, state }, step, draw, prediction) =>
      stage === "draft"
        ? handedOver(drafter.advance(state, step, draw, prediction), step)
        : { stage, state: refiner.advance(state, step, draw, prediction) },
    readout: ({ stage, state }) => (stage === "draft" ? drafter.readout(state) : refiner.readout(state)),
  }
}
