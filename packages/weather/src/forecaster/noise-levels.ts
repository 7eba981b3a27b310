import { cosineNoise, logSnrLevels, respaced, type NoiseSchedule } from "@scalewise/core"

/** The noise levels that denoisers are trained at. */
export const noiseLevels: NoiseSchedule = cosineNoise({ levels: 1000 })

/**
 * The levels that a sampler of so many steps visits. One object for each number of steps, since the tables of a schedule are kept as long as
 * the program runs.
 *
 * @throws ConfigError for more steps than there are levels
 */
export function sampledLevels(steps: number): NoiseSchedule {
  const levels = known.get(steps) ?? respaced(noiseLevels, logSnrLevels(noiseLevels, steps))
  known.set(steps, levels)
  return levels
}

const known = new Map<number, NoiseSchedule>()
