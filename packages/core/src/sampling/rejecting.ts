import { ConfigError, tf, type RandomStream } from "@scalewise/nn"
import type { Distribution } from "../distribution/distribution.ts"
import type { BackwardProcess } from "../process/backward-process.ts"

/** Options of `rejecting`. */
export interface RejectingOptions<Output, Condition = unknown> {
  /** How many times each sample is drawn, at least 1. */
  attempts: number
  /** The score of each sample of a readout under the condition that it was drawn for, greater is better. Shape [B]. */
  score: (output: Output, condition: Condition) => tf.Tensor
  /** A score that is good enough: the first attempt that reaches it is taken. @defaultValue Infinity: the best of all */
  accept?: number
}

/** All attempts at a batch, and what they are for. */
export interface Attempts<State, Condition> {
  states: State[]
  condition: Condition
}

/**
 * Rejection sampling with a fixed budget: runs `attempts` samples side by side, each from the branch `attempt` of the
 * sample's stream, and reads out the first accepted one, else the best. It multiplies network calls and memory by
 * `attempts`. The output must be a tensor [B, ...].
 *
 * @throws ConfigError for fewer than one attempt
 */
export function rejecting<State, Draw, Condition>(
  process: BackwardProcess<State, Draw, Condition, tf.Tensor>,
  { attempts, score, accept = Infinity }: RejectingOptions<tf.Tensor, Condition>,
): BackwardProcess<Attempts<State, Condition>, Draw[], Condition, tf.Tensor> {
  if (!Number.isInteger(attempts) || attempts < 1) throw new ConfigError(`rejecting: expected at least 1 attempt, got ${attempts}`)
  const indices = Array.from({ length: attempts }, (_, attempt) => attempt)

  return {
    steps: process.steps,
    ...(process.finished && { finished: ({ states }: Attempts<State, Condition>) => states.every((state) => process.finished!(state)) }),
    networkCalls: (step) => attempts * (process.networkCalls?.(step) ?? 1),
    ...(process.unconditional && { unconditional: process.unconditional }),
    start: (batch, condition, random) => ({
      states: indices.map((attempt) => process.start(batch, condition, branch(random, attempt))),
      condition,
    }),
    predict: ({ states }, step, condition) => sideBySide(states.map((state) => process.predict(state, step, condition))),
    advance: ({ states, condition }, step, draws, prediction) => ({
      states: states.map((state, attempt) =>
        process.advance(state, step, draws[attempt]!, (prediction as Partial<SideBySide<Draw>> | undefined)?.laws?.[attempt]),
      ),
      condition,
    }),
    readout: ({ states, condition }) =>
      tf.tidy(() => {
        const outputs = states.map((state) => process.readout(state))
        const scores = outputs.map((output) => score(output, condition))
        // Scores beyond `accept` are equally good, and argMax takes the first of equals
        const best = tf.stack(scores).minimum(accept).argMax(0) // [B]
        const rows = best.mul(tf.scalar(best.size, "int32")).add(tf.range(0, best.size, 1, "int32"))
        return tf.concat(outputs).gather(rows.toInt()) // attempt a of sample b is row a B + b
      }),
  }
}

interface SideBySide<Draw> extends Distribution<Draw[]> {
  readonly laws: readonly Distribution<Draw>[]
}

const branch = (random: RandomStream, attempt: number): RandomStream => random.fold("attempt").fold(attempt)

/** The attempts' laws as one, independent of each other; what all of them can do, it can. */
function sideBySide<Draw>(laws: readonly Distribution<Draw>[]): SideBySide<Draw> {
  return {
    laws,
    sample: (random) => laws.map((law, attempt) => law.sample(branch(random, attempt))),
    mode: () => laws.map((law) => law.mode()),
    logProb: (draws) => tf.tidy(() => tf.addN(laws.map((law, attempt) => law.logProb(draws[attempt]!)))),
    entropy: () => tf.tidy(() => tf.addN(laws.map((law) => law.entropy()))),
    ...(laws.every((law) => law.guidedFrom) && {
      guidedFrom: (unconditional, scale) => {
        const others = (unconditional as SideBySide<Draw>).laws
        return sideBySide(laws.map((law, attempt) => law.guidedFrom!(others[attempt]!, scale)))
      },
    }),
    ...(laws.every((law) => law.mapLogits) && { mapLogits: (map) => sideBySide(laws.map((law) => law.mapLogits!(map))) }),
  }
}
