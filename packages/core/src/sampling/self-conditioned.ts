import type { Distribution } from "../distribution/distribution.ts"
import type { BackwardProcess } from "../process/backward-process.ts"

/** What a self-conditioned network is steered by: the condition, and its own estimate of one step before. */
export interface SelfCondition<Condition, Estimate> {
  condition: Condition
  estimate: Estimate
}

/** The wrapped state, and the estimate that the next step is given. */
export interface SelfConditionedState<State, Estimate> {
  state: State
  estimate: Estimate
}

/** Options of `selfConditioned`. */
export interface SelfConditionedOptions<State, Draw, Condition, Estimate> {
  /** The estimate before there is one, most often zeros, for `batch` samples. */
  initial: (batch: number, condition: Condition) => Estimate
  /** The estimate that a step's prediction holds, such as the expected embedding of its codes; `state` is the one it was made from. */
  estimate: (prediction: Distribution<Draw>, state: State, step: number) => Estimate
}

/**
 * Self-conditioning (Analog Bits): gives each step the estimate of the step before, besides what was drawn from it. The
 * wrapped process has to be trained that way: with zeros half of the time, and with its own detached estimate else.
 */
export function selfConditioned<State, Draw, Condition, Estimate, Output>(
  process: BackwardProcess<State, Draw, SelfCondition<Condition, Estimate>, Output>,
  { initial, estimate }: SelfConditionedOptions<State, Draw, Condition, Estimate>,
): BackwardProcess<SelfConditionedState<State, Estimate>, Draw, Condition, Output> {
  return {
    steps: process.steps,
    ...(process.finished && { finished: ({ state }: SelfConditionedState<State, Estimate>) => process.finished!(state) }),
    networkCalls: (step) => process.networkCalls?.(step) ?? 1,
    start(batch, condition, random) {
      const first = initial(batch, condition)
      return { state: process.start(batch, { condition, estimate: first }, random), estimate: first }
    },
    predict: (current, step, condition) => process.predict(current.state, step, { condition, estimate: current.estimate }),
    advance(current, step, draw, prediction) {
      const next = process.advance(current.state, step, draw, prediction)
      return { state: next, estimate: prediction ? estimate(prediction, current.state, step) : current.estimate }
    },
    readout: (current) => process.readout(current.state),
  }
}
