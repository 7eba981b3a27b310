import type { TrainStep } from "./train-step.ts"

/** A training step that does what another does, but for the members in `own`; `current` is asked at every use, so it may change. */
export function forwardedStep<P>(current: () => TrainStep<P>, own: Partial<TrainStep<P>>): TrainStep<P> {
  return {
    get mode() {
      return current().mode
    },
    get fallbackReason() {
      return current().fallbackReason
    },
    get step() {
      return current().step
    },
    get profile() {
      return current().profile
    },
    run: (inputs) => current().run(inputs),
    parameters: () => current().parameters(),
    averaged: () => current().averaged(),
    state: () => current().state(),
    restore: (state) => current().restore(state),
    dispose: () => current().dispose(),
    ...own,
  }
}
