import { ConfigError, disposeExcept, randomStream, tensorsIn, tf, type RandomStream } from "@scalewise/nn"
import type { BackwardProcess } from "./backward-process.ts"

/** Options of `refine`. */
export interface RefineOptions<Condition> {
  /** Number of samples, or the ids of the samples to draw: sample id i is the same in any batch. */
  batch: number | readonly number[]
  /** What steers the model; one value for the whole batch, or whatever the process documents. */
  condition: Condition
  /** A seed, or a stream to draw from. @defaultValue 0 */
  seed?: number | string | RandomStream
  /** Stops between two steps with the signal's reason. */
  signal?: AbortSignal
  /** Take the most probable draw at every step instead of a random one. @defaultValue false */
  greedy?: boolean
}

/** What `refine` yields after each step. */
export interface Refinement<State> {
  /** 1 .. K. */
  step: number
  /** s_k. Valid until the loop is advanced or left; clone what you keep. */
  state: State
  /** Network evaluations so far, per sample. */
  networkCalls: number
}

/**
 * The sampling loop (Eq. 10): s_0, then s_k = F_k(s_{k-1}) for k = 1 .. K. There is no other one in the repository;
 * previews, progress, early exit, traces and tests consume what it yields, one value per step.
 *
 *     for await (const { step, state } of refine(process, { batch: 16, condition: { label: 7 }, seed: 1 }))
 *       show(process.readout(state))
 *
 * Randomness: sample id i at step k draws from `seed.fold(i)` folded with the step, so that batch size and order
 * change nothing. All tensors of the loop are released when it ends or is left.
 */
export async function* refine<State, Draw, Condition, Output>(
  process: BackwardProcess<State, Draw, Condition, Output>,
  { batch, condition, seed = 0, signal, greedy = false }: RefineOptions<Condition>,
): AsyncGenerator<Refinement<State>, void, undefined> {
  const ids = typeof batch === "number" ? Array.from({ length: batch }, (_, id) => id) : batch
  if (ids.length === 0 || !ids.every((id) => Number.isSafeInteger(id) && id >= 0))
    throw new ConfigError(`refine: expected a batch of at least one sample (a count or a list of ids), got ${String(batch)}`)
  const samples = (typeof seed === "object" ? seed : randomStream(seed)).samples(ids)

  let state = tf.tidy(() => process.start(ids.length, condition, samples.fold("start")) as State & tf.TensorContainer) as State // s_0
  let networkCalls = 0
  try {
    for (let step = 1; step <= process.steps && !process.finished?.(state); step++) {
      signal?.throwIfAborted()
      const next = tf.tidy(() => {
        const prediction = process.predict(state, step, condition) // Eqs. (17) and (18)
        const draw = greedy ? prediction.mode() : prediction.sample(samples.fold("step").fold(step))
        return process.advance(state, step, draw, prediction) as State & tf.TensorContainer // Eq. (10): s_k = F_k(s_{k-1})
      }) as State
      disposeExcept(state, [next, condition])
      state = next
      networkCalls += process.networkCalls?.(step) ?? 1
      yield { step, state, networkCalls }
      await tf.nextFrame() // lets timers, signals and a user interface run
    }
  } finally {
    disposeExcept(state, condition)
  }
}

/** Runs `refine` to its end and decodes the last state. The caller owns what it returns. */
export async function sample<State, Draw, Condition, Output>(
  process: BackwardProcess<State, Draw, Condition, Output>,
  options: RefineOptions<Condition>,
): Promise<Output> {
  for await (const { step, state } of refine(process, options)) {
    if (step === process.steps || process.finished?.(state))
      // Eq. (20)
      return tf.tidy(() => apart(process.readout(state), tensorsIn([state, options.condition])) as Output & tf.TensorContainer)
  }
  throw new ConfigError("sample: expected a process of at least one step")
}

/** `value` with a handle of its own for every tensor that is also in `owned`, which the loop is about to release. */
function apart<Value>(value: Value, owned: ReadonlySet<tf.Tensor>): Value {
  if (value instanceof tf.Tensor) return owned.has(value) ? (value.clone() as Value & tf.Tensor) : value
  if (Array.isArray(value)) return value.map((item: unknown) => apart(item, owned)) as Value
  if (value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, apart(item, owned)])) as Value
  return value
}
