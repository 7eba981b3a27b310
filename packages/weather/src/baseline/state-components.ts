import { principalComponents, project } from "../linear/principal-components.ts"
import type { BaselineSetting } from "./baseline-setting.ts"

/** States along their leading patterns. */
export interface StateComponents {
  /** R. */
  readonly count: number
  /** [T, R]; of states with missing values NaN. */
  readonly scores: Float32Array
  /** What scores [R] at `from` mean as anomalies in standard deviations: adds it to `into` from `at` on, [N]. */
  addState(scores: ArrayLike<number>, from: number, into: Float32Array, at: number): void
  /** The patterns so scaled, [R, N]. */
  readonly patterns: Float32Array
}

/** Principal components of the training states' anomalies in standard deviations, cells weighted by area. */
export function stateComponents(setting: BaselineSetting, most: number): StateComponents {
  const { anomalies, size, weights, isTraining } = setting
  const times = Array.from(isTraining.keys()).filter((t) => isTraining[t] === 1)
  const roots = weights.map(Math.sqrt)
  const weighted = Float32Array.from(anomalies, (value, at) => value * roots[at % size]!)
  const states = new Float32Array(times.length * size)
  for (const [i, t] of times.entries()) states.set(weighted.subarray(t * size, (t + 1) * size), i * size)
  const count = Math.min(most, size, times.length)
  const { patterns } = principalComponents(states, size, { count, random: setting.random.fold("components") })
  const scaled = patterns.map((value, at) => value / roots[at % size]!)
  return {
    count,
    scores: project(weighted, size, patterns),
    patterns: scaled,
    addState(scores, from, into, at) {
      for (let r = 0; r < count; r++) {
        const score = scores[from + r]!
        for (let n = 0, pattern = r * size; n < size; n++) into[at + n]! += score * scaled[pattern + n]!
      }
    },
  }
}
