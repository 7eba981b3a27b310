import { ConfigError } from "../errors.ts"

/** A number for each step; `step` counts the updates already done, from 0. */
export type Schedule = (step: number) => number

/** Options of `linearSchedule` and `cosine`. */
export interface ScheduleOptions {
  /** Updates during which the value climbs from near 0 to the full value: at step s it is `value * (s + 1) / warmup`. @defaultValue 0 */
  readonly warmup?: number
  /** Value from the last step on, as a fraction of the full value. @defaultValue 0 */
  readonly final?: number
}

/** A number as a schedule that never changes; a schedule as itself. */
export const constant = (value: number | Schedule): Schedule => (typeof value === "number" ? () => value : value)

function decaying(where: string, value: number, steps: number, options: ScheduleOptions, shape: (progress: number) => number): Schedule {
  const { warmup = 0, final = 0 } = options
  if (!(steps > warmup && warmup >= 0))
    throw new ConfigError(`${where}: expected 0 <= warmup < steps, got warmup ${warmup} and steps ${steps}`)
  return (step) => {
    if (step < warmup) return (value * (step + 1)) / warmup
    const progress = Math.min(1, (step - warmup) / (steps - warmup))
    return value * (final + (1 - final) * shape(progress))
  }
}

/** Warm-up, then a straight line down to `final * value` at `steps`. */
export function linearSchedule(value: number, steps: number, options: ScheduleOptions = {}): Schedule {
  return decaying("linearSchedule", value, steps, options, (progress) => 1 - progress)
}

/** Warm-up, then half a cosine down to `final * value` at `steps` (Loshchilov & Hutter 2017, without restarts). */
export function cosine(value: number, steps: number, options: ScheduleOptions = {}): Schedule {
  return decaying("cosine", value, steps, options, (progress) => (1 + Math.cos(Math.PI * progress)) / 2)
}

/** Options of `plateau`. */
export interface PlateauOptions extends ScheduleOptions {
  /** Fraction of the steps after warm-up at the full value. @defaultValue 0.05 */
  readonly hold?: number
}

/** Warm-up, full value for a while, then a straight line to `final * value`: the "lin0" schedule with which VAR was trained. */
export function plateau(value: number, steps: number, { hold = 0.05, ...options }: PlateauOptions = {}): Schedule {
  return decaying("plateau", value, steps, options, (progress) => (progress < hold ? 1 : (1 - progress) / (1 - hold)))
}
