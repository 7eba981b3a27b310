import { refine } from "@scalewise/core"
import { randomStream, tf, type RandomStream } from "@scalewise/nn"
import { restoreState, unitsOf } from "../state/state-scaling.ts"
import type { ForecastCondition } from "./conditioning.ts"
import type { Forecaster } from "./forecaster.ts"
import { calendarNumbers } from "./windows.ts"

// B = starts x members, H x W grid, V variables, N numbers of a state

/** An initial time with its two standardised states [H, W, V]. */
export interface InitialState {
  /** Hours since 1970-01-01 00:00 of the calendar. */
  readonly hours: number
  readonly current: Float32Array
  readonly previous: Float32Array
}

/** Options of `rollout`. */
export interface RolloutOptions {
  /** Starts forecast together: more at once is faster and takes more memory, and changes nothing else. */
  readonly starts: readonly InitialState[]
  /** Which members, by number: any of them can be made alone. */
  readonly members: readonly number[]
  /** Steps to go. */
  readonly leads: number
  readonly seed: number
  /** @defaultValue the model's own */
  readonly temperatures?: readonly number[]
  readonly signal?: AbortSignal | undefined
}

/** One lead of a rollout. */
export interface RolloutLead {
  /** 1 .. leads. */
  readonly lead: number
  /** Fields of all starts and members, [S, M, V, H, W]. */
  readonly fields: Float32Array
  /** Numbers that left the range of training by more than half its width and were held there. */
  readonly held: number
}

/**
 * Steps an ensemble forward, one lead after the other. A member's noise is keyed by (seed, start, member, lead, scale): more members or
 * other starts beside it change nothing.
 */
export async function* rollout(model: Forecaster, options: RolloutOptions): AsyncGenerator<RolloutLead, void, undefined> {
  const { starts, members, leads, seed, temperatures, signal } = options
  const { config, scaling } = model
  const size = scaling.lowest.length
  const process = model.process(temperatures)
  const units = unitsOf(scaling, config.calendar)
  const range = allowedRange(model)
  const initial = memberCondition(model, starts, members.length)
  initial.calendar.dispose()
  let { current, previous } = initial
  try {
    for (let lead = 1; lead <= leads; lead++) {
      const valid = starts.map(({ hours }) => hours + lead * config.stepHours)
      const calendar = memberCalendar(model, valid, members.length)
      const next = await nextState(process, { current, previous, calendar }, memberNoise({ starts, members, seed, lead }), signal)
      const bounded = tf.tidy(() => next.minimum(range.highest).maximum(range.lowest))
      const outside = tf.tidy(() => next.notEqual(bounded).sum())
      const [values, held] = [(await bounded.data()) as Float32Array, (await outside.data())[0]!]
      tf.dispose([calendar, next, outside, previous])
      previous = current
      current = bounded
      const fields = new Float32Array(values.length)
      for (const [s, hours] of valid.entries()) {
        const ofTime = units(hours)
        for (let m = 0; m < members.length; m++) {
          const at = (s * members.length + m) * size
          restoreState(values.subarray(at, at + size), scaling.variables, ofTime, fields, at)
        }
      }
      yield { lead, fields, held }
    }
  } finally {
    tf.dispose([current, previous, range.lowest, range.highest])
  }
}

async function nextState(
  process: ReturnType<Forecaster["process"]>,
  condition: { readonly current: tf.Tensor; readonly previous: tf.Tensor; readonly calendar: tf.Tensor },
  noise: { readonly batch: readonly number[]; readonly seed: RandomStream },
  signal: AbortSignal | undefined,
): Promise<tf.Tensor> {
  for await (const { step, state } of refine(process, { ...noise, condition, ...(signal && { signal }) }))
    if (step === process.steps) return process.readout(state)
  throw new Error("unreachable: a process has at least one step")
}

/** The condition of the first step of some members of each start; the tensors are the caller's. */
export function memberCondition(model: Forecaster, starts: readonly InitialState[], members: number): ForecastCondition {
  const { config, scaling } = model
  const size = scaling.lowest.length
  const repeated = (pick: (start: InitialState) => Float32Array): tf.Tensor => {
    const values = new Float32Array(starts.length * members * size)
    for (const [s, start] of starts.entries()) for (let m = 0; m < members; m++) values.set(pick(start), (s * members + m) * size)
    const { latitudes, longitudes } = config.grid
    return tf.tensor4d(values, [starts.length * members, latitudes.length, longitudes.length, config.variables.length])
  }
  return {
    current: repeated((start) => start.current),
    previous: repeated((start) => start.previous),
    calendar: memberCalendar(
      model,
      starts.map(({ hours }) => hours + config.stepHours),
      members,
    ),
  }
}

const memberCalendar = ({ config }: Forecaster, valid: readonly number[], members: number): tf.Tensor =>
  tf.tensor2d(valid.flatMap((hours) => Array.from({ length: members }, () => calendarNumbers(hours, config.calendar))))

/** The noise of a lead as `refine` takes it: a stream of the lead, and for each member of each start an id that is its own. */
export function memberNoise(options: {
  readonly starts: readonly InitialState[]
  readonly members: readonly number[]
  readonly seed: number
  readonly lead: number
}): { batch: number[]; seed: RandomStream } {
  return {
    batch: options.starts.flatMap(({ hours }) => options.members.map((member) => memberId(hours, member))),
    seed: randomStream(options.seed).fold("forecast").fold(options.lead),
  }
}

/** A number for a start and a member: minutes since 1970, moved to be positive, then the member. */
const memberId = (hours: number, member: number): number => (Math.round(hours * 60) + 2 ** 34) * 2 ** 16 + member

/** The range of each standardised number in training, widened by half on both sides: physics outside it was never seen. [H, W, V] */
function allowedRange({ scaling, config }: Forecaster): { lowest: tf.Tensor; highest: tf.Tensor } {
  const { lowest, highest, variables } = scaling
  const cells = lowest.length / variables
  const at = (n: number, side: 1 | -1): number => (side === 1 ? highest[n]! : lowest[n]!) + (side * (highest[n]! - lowest[n]!)) / 2
  const bound = (side: 1 | -1): tf.Tensor => {
    const values = new Float32Array(lowest.length)
    for (let cell = 0; cell < cells; cell++) for (let v = 0; v < variables; v++) values[cell * variables + v] = at(v * cells + cell, side)
    return tf.tensor3d(values, [config.grid.latitudes.length, config.grid.longitudes.length, variables])
  }
  return { lowest: bound(-1), highest: bound(1) }
}
