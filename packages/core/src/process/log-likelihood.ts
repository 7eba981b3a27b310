import { ConfigError, randomStream, tensorsIn, tf, type RandomStream } from "@scalewise/nn"
import type { BackwardProcess } from "./backward-process.ts"
import type { ForwardProcess } from "./forward-process.ts"

/** A model as the paper has it: q, and the p_theta that was trained to undo it. */
export interface RefinementModel<Data, State, Draw, Condition = undefined, Output = unknown> {
  /** q: data to one target per step (Eqs. 12-16). */
  readonly forward: ForwardProcess<Data, Draw>
  /** p_theta: the chain that predicts them (Eqs. 17-20). */
  readonly process: BackwardProcess<State, Draw, Condition, Output>
}

/** Options of `logLikelihood` and `tokenLogLikelihood`. */
export interface LogLikelihoodOptions<Condition> {
  /** What steers the model, as in `refine`. @defaultValue undefined */
  condition?: Condition
  /** A seed or stream for a forward process or a start that draws; sample b uses its branch b. @defaultValue 0 */
  seed?: number | string | RandomStream
  /** B, for targets or data that are not tensors [B, ...]. @defaultValue the first dimension of their first tensor */
  batch?: number
}

/** The log likelihood of tokens; in nats, hence not to be printed as bits per dimension of the data. */
export interface TokenLogLikelihood<State = unknown> {
  /** log p(tokens), the sum over scales (Eq. 2). Shape [B]. */
  nats: tf.Tensor
  /** log p(tokens of scale k | tokens of scales before k). Shape [K, B]. */
  perScale: tf.Tensor
  /** s_K, where the tokens lead. */
  state: State
}

/**
 * log p(tokens) = sum over k of log p(r_k | r_1 .. r_{k-1}) (Eq. 2), by walking the chain that sampling walks, with
 * the target in the place of each draw. Differentiable, and its negative mean is the training loss in its plainest form.
 * Exact where s_0 is certain; where s_0 is drawn, it is the likelihood given that s_0.
 *
 * @param targets - one draw per step, as `ForwardProcess.targets` returns them
 * @throws ConfigError where the number of targets is not the number of steps
 */
export function tokenLogLikelihood<State, Draw, Condition, Output>(
  process: BackwardProcess<State, Draw, Condition, Output>,
  targets: readonly Draw[],
  { condition, seed = 0, batch = batchOf(targets) }: LogLikelihoodOptions<Condition> = {},
): TokenLogLikelihood<State> {
  if (targets.length !== process.steps || process.steps < 1)
    throw new ConfigError(`tokenLogLikelihood: expected one target for each of the ${process.steps} steps, got ${targets.length}`)
  return tf.tidy(() => {
    const given = condition as Condition
    let state = process.start(batch, given, samplesOf(seed, batch).fold("start"))
    const perScale = targets.map((target, index) => {
      const prediction = process.predict(state, index + 1, given)
      state = process.advance(state, index + 1, target, prediction)
      return prediction.logProb(target)
    })
    const perScaleKB = tf.stack(perScale)
    const nats = perScaleKB.sum(0) // Eq. (2)
    return { nats, perScale: perScaleKB, state } as TokenLogLikelihood<State> & tf.TensorContainer
  }) as TokenLogLikelihood<State>
}

/**
 * Exact log likelihood of the tokens of `data` (Eq. 2). The caller owns the two tensors. Of the data itself it says
 * only what `likelihoodBound` says.
 */
export function logLikelihood<Data, State, Draw, Condition, Output>(
  { forward, process }: RefinementModel<Data, State, Draw, Condition, Output>,
  data: Data,
  { condition, seed = 0, batch = batchOf(data) }: LogLikelihoodOptions<Condition> = {},
): Omit<TokenLogLikelihood, "state"> {
  return tf.tidy(() => {
    const targets = forward.targets(data, samplesOf(seed, batch).fold("forward"))
    const { nats, perScale } = tokenLogLikelihood(process, targets, { condition: condition as Condition, seed, batch })
    return { nats, perScale }
  })
}

/** The first dimension of the first tensor in a record of tensors. */
export function batchOf(container: unknown): number {
  const [first] = tensorsIn(container)
  if (first === undefined || first.rank === 0) throw new ConfigError("logLikelihood: expected tensors [B, ...], or the option `batch`")
  return first.shape[0]
}

/** One branch per sample of a seed or stream: the ids are 0 .. batch - 1. */
export const samplesOf = (seed: number | string | RandomStream, batch: number): RandomStream =>
  (typeof seed === "object" ? seed : randomStream(seed)).samples(Array.from({ length: batch }, (_, id) => id))
