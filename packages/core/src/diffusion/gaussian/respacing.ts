import { ConfigError } from "@scalewise/nn"
import { logSnr, scheduleFromBetas, type NoiseSchedule } from "./noise-schedule.ts"

/**
 * The chain that visits only some levels of `schedule`: the same abar at each of them, betas recomputed, and the
 * network is still told the old times (Nichol and Dhariwal 2021, section 4). This is how fewer steps are sampled.
 *
 * @param levels - increasing, each from 1 to T; see `evenLevels` and `logSnrLevels`
 * @throws ConfigError where they are not
 */
export function respaced(schedule: NoiseSchedule, levels: readonly number[]): NoiseSchedule {
  let previous = 0
  const betas = levels.map((level) => {
    if (!Number.isInteger(level) || level <= previous || level > schedule.levels)
      throw new ConfigError(`respaced: expected increasing levels from 1 to ${schedule.levels}, got ${levels.join(", ")}`)
    const beta = 1 - schedule.alphaBars[level]! / schedule.alphaBars[previous]!
    previous = level
    return beta
  })
  return scheduleFromBetas(
    betas,
    [0, ...levels].map((level) => schedule.times[level]!),
  )
}

/**
 * `count` levels that divide 1 .. T evenly, the last and (from two on) the first included.
 *
 * @throws ConfigError where `count` is not from 1 to T
 */
export function evenLevels(schedule: NoiseSchedule, count: number): number[] {
  checkCount("evenLevels", count, schedule.levels)
  if (count === 1) return [schedule.levels]
  return Array.from({ length: count }, (_, i) => 1 + Math.round((i * (schedule.levels - 1)) / (count - 1)))
}

/** Options of `logSnrLevels`. */
export interface LogSnrLevelsOptions {
  /** Levels with a smaller lambda are left out: there the cosine schedule is almost pure noise. @defaultValue -5.1 */
  lowest?: number
}

/**
 * `count` levels spaced evenly in lambda_t = log(signal / noise), the spacing of DPM-Solver for small images (Lu et
 * al. 2022, section 3). Levels are whole, so at the clean end neighbours are moved apart to stay distinct.
 *
 * @throws ConfigError where `count` is not from 1 to the number of levels that `lowest` leaves
 */
export function logSnrLevels(schedule: NoiseSchedule, count: number, { lowest = -5.1 }: LogSnrLevelsOptions = {}): number[] {
  let highest = schedule.levels
  while (highest > 1 && logSnr(schedule, highest) < lowest) highest--
  checkCount("logSnrLevels", count, highest)
  const [clean, noisy] = [logSnr(schedule, 1), logSnr(schedule, highest)]
  const chosen: number[] = []
  for (let i = 0, level = 1; i < count; i++, level++) {
    const wanted = count === 1 ? noisy : clean + ((noisy - clean) * i) / (count - 1)
    const last = highest - (count - 1 - i) // leaves one level for each that follows
    while (level < last && Math.abs(logSnr(schedule, level + 1) - wanted) <= Math.abs(logSnr(schedule, level) - wanted)) level++
    chosen.push(level)
  }
  return chosen
}

function checkCount(where: string, count: number, most: number): void {
  if (!Number.isInteger(count) || count < 1 || count > most) throw new ConfigError(`${where}: expected 1 to ${most} levels, got ${count}`)
}
