import type { NoiseSchedule } from "./noise-schedule.ts"

/** What follows from a schedule, in float64 and by level; entry 0 of each is finite and of no use but in the first two. */
export interface ScheduleTables {
  /** sqrt(abar_t). */
  readonly signal: Float64Array
  /** sqrt(1 - abar_t). */
  readonly noise: Float64Array
  /** log beta_t. */
  readonly logBetas: Float64Array
  /** beta tilde_t, the variance of q(x_{t-1} | x_t, x_0) (Ho et al. 2020, Eq. 7); 0 at level 1. */
  readonly posteriorVariances: Float64Array
  /** log beta tilde_t, at level 1 that of level 2 (or log beta_1 in a chain of one level), the true one being minus infinity. */
  readonly posteriorLogVariances: Float64Array
  /** Factor of x_0 in the mean of q(x_{t-1} | x_t, x_0) (Ho et al. 2020, Eq. 7). */
  readonly meanOfX0: Float64Array
  /** Factor of x_t in that mean. */
  readonly meanOfXt: Float64Array
}

const known = new WeakMap<NoiseSchedule, ScheduleTables>()

/** The tables of `schedule`, made once. */
export function scheduleTables(schedule: NoiseSchedule): ScheduleTables {
  const tables = known.get(schedule) ?? derived(schedule)
  known.set(schedule, tables)
  return tables
}

function derived({ betas, alphaBars, levels }: NoiseSchedule): ScheduleTables {
  const byLevel = (value: (t: number) => number): Float64Array => betas.map((_, t) => (t === 0 ? 0 : value(t)))
  const posteriorVariances = byLevel((t) => (betas[t]! * (1 - alphaBars[t - 1]!)) / (1 - alphaBars[t]!))
  const leastVariance = levels > 1 ? posteriorVariances[2]! : betas[1]!
  return {
    signal: alphaBars.map(Math.sqrt),
    noise: alphaBars.map((bar) => Math.sqrt(1 - bar)),
    logBetas: byLevel((t) => Math.log(betas[t]!)),
    posteriorVariances,
    posteriorLogVariances: byLevel((t) => Math.log(t === 1 ? leastVariance : posteriorVariances[t]!)),
    meanOfX0: byLevel((t) => (Math.sqrt(alphaBars[t - 1]!) * betas[t]!) / (1 - alphaBars[t]!)),
    meanOfXt: byLevel((t) => (Math.sqrt(1 - betas[t]!) * (1 - alphaBars[t - 1]!)) / (1 - alphaBars[t]!)),
  }
}
