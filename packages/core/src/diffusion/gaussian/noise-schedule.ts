import { ConfigError } from "@scalewise/nn"

/**
 * The variances of a Gaussian noising chain (Eqs. 3 and 4), in float64. Level 0 is clean data, level T the noisiest;
 * every array has T + 1 entries and is indexed by the level.
 */
export interface NoiseSchedule {
  /** T, the number of noise levels. */
  readonly levels: number
  /** beta_t = 1 - abar_t / abar_{t-1}; `betas[0]` is 0. */
  readonly betas: Float64Array
  /** abar_t, the share of the variance that is still signal; `alphaBars[0]` is 1. */
  readonly alphaBars: Float64Array
  /** The time that a network is told at each level: the level itself, or the level of the schedule that was respaced. */
  readonly times: Float64Array
}

/** Options of `linearNoise`. */
export interface LinearNoiseOptions {
  /** T. @defaultValue 1000 */
  levels?: number
  /** beta_1. @defaultValue 1e-4 */
  first?: number
  /** beta_T. @defaultValue 0.02 */
  last?: number
}

/**
 * beta_t on a straight line (Ho et al. 2020, section 4).
 *
 * @throws ConfigError for a level count that is no positive integer, or a beta outside (0, 1)
 */
export function linearNoise({ levels = 1000, first = 1e-4, last = 0.02 }: LinearNoiseOptions = {}): NoiseSchedule {
  checkLevels("linearNoise", levels)
  const slope = levels === 1 ? 0 : (last - first) / (levels - 1)
  return scheduleFromBetas(Array.from({ length: levels }, (_, i) => first + slope * i))
}

/** Options of `cosineNoise`. */
export interface CosineNoiseOptions {
  /** T. @defaultValue 1000 */
  levels?: number
  /** Keeps beta_1 away from zero. @defaultValue 0.008 */
  offset?: number
  /** No beta is larger. @defaultValue 0.999 */
  cap?: number
}

/**
 * abar_t = f(t) / f(0) with f(t) = cos^2((t/T + offset) / (1 + offset) * pi / 2) (Nichol and Dhariwal 2021, Eq. 17).
 *
 * @throws ConfigError for a level count that is no positive integer
 */
export function cosineNoise({ levels = 1000, offset = 0.008, cap = 0.999 }: CosineNoiseOptions = {}): NoiseSchedule {
  checkLevels("cosineNoise", levels)
  const f = (t: number): number => Math.cos(((t / levels + offset) / (1 + offset)) * (Math.PI / 2)) ** 2
  return scheduleFromBetas(Array.from({ length: levels }, (_, i) => Math.min(1 - f(i + 1) / f(i), cap)))
}

/**
 * The schedule with the given beta_1 .. beta_T.
 *
 * @param times - what the network is told at levels 0 .. T; the level itself where absent
 * @throws ConfigError for a beta outside (0, 1)
 */
export function scheduleFromBetas(betas: ArrayLike<number>, times?: ArrayLike<number>): NoiseSchedule {
  const levels = betas.length
  checkLevels("scheduleFromBetas", levels)
  const alphaBars = new Float64Array(levels + 1).fill(1)
  for (let t = 1; t <= levels; t++) {
    const beta = betas[t - 1]!
    if (!(beta > 0 && beta < 1)) throw new ConfigError(`scheduleFromBetas: expected every beta in (0, 1), got beta_${t} = ${beta}`)
    alphaBars[t] = alphaBars[t - 1]! * (1 - beta)
  }
  return {
    levels,
    betas: Float64Array.from([0, ...Array.from(betas)]),
    alphaBars,
    times: times ? Float64Array.from(times) : alphaBars.map((_, t) => t),
  }
}

/** sqrt(abar_t): the factor of the data in x_t (Eq. 4). */
export const signalScale = (schedule: NoiseSchedule, level: number): number => Math.sqrt(schedule.alphaBars[level]!)

/** sqrt(1 - abar_t): the standard deviation of the noise in x_t (Eq. 4). */
export const noiseScale = (schedule: NoiseSchedule, level: number): number => Math.sqrt(1 - schedule.alphaBars[level]!)

/** lambda_t = log(signal / noise), half the log signal-to-noise ratio; infinite at level 0. */
export const logSnr = (schedule: NoiseSchedule, level: number): number =>
  Math.log(signalScale(schedule, level) / noiseScale(schedule, level))

function checkLevels(where: string, levels: number): void {
  if (!Number.isInteger(levels) || levels < 1) throw new ConfigError(`${where}: expected at least one noise level, got ${levels}`)
}
