import { principalComponents, project } from "../linear/principal-components.ts"
import { addCombination } from "./add-combination.ts"
import type { BaselineSetting } from "./baseline-setting.ts"

/** States along their leading patterns. */
export interface StateComponents {
  /** R. */
  readonly count: number
  /** [T, R]; of states with missing values NaN. */
  readonly scores: Float32Array
  /** What a unit score means as anomalies in standard deviations, [R, N]. */
  readonly patterns: Float32Array
}

/** The most components that a baseline asks for: finding all is as much work as finding a few. */
const most = 40

const known = new WeakMap<BaselineSetting, StateComponents>()

/** Leading principal components of the training states' anomalies in standard deviations, cells weighted by area; found once for a setting. */
export function stateComponents(setting: BaselineSetting, count: number): StateComponents {
  const all = known.get(setting) ?? findComponents(setting)
  known.set(setting, all)
  if (count >= all.count) return all
  const scores = new Float32Array((all.scores.length / all.count) * count)
  for (let at = 0; at < scores.length; at++) scores[at] = all.scores[Math.floor(at / count) * all.count + (at % count)]!
  return { count, scores, patterns: all.patterns.subarray(0, count * setting.size) }
}

/** Adds the state of scores [R] at `from` to `into` from `at` on, [N]. */
export function addState(
  { count, patterns }: StateComponents,
  scores: ArrayLike<number>,
  from: number,
  into: Float32Array,
  at: number,
): void {
  const size = patterns.length / count
  const rows = Array.from({ length: count }, (_, r) => r * size)
  addCombination(
    into,
    at,
    size,
    patterns,
    rows,
    rows.map((_, r) => scores[from + r]!),
  )
}

function findComponents(setting: BaselineSetting): StateComponents {
  const { anomalies, size, weights, isTraining } = setting
  const times = Array.from(isTraining.keys()).filter((t) => isTraining[t] === 1)
  const roots = weights.map(Math.sqrt)
  const weighted = new Float32Array(anomalies.length)
  for (let from = 0; from < anomalies.length; from += size)
    for (let n = 0; n < size; n++) weighted[from + n] = anomalies[from + n]! * roots[n]!
  const states = new Float32Array(times.length * size)
  for (const [i, t] of times.entries()) states.set(weighted.subarray(t * size, (t + 1) * size), i * size)
  const count = Math.min(most, size, times.length)
  const { patterns } = principalComponents(states, size, { count, random: setting.random.fold("components"), iterations: 4 })
  const scores = project(weighted, size, patterns)
  for (let r = 0; r < count; r++) for (let n = 0; n < size; n++) patterns[r * size + n]! /= roots[n]!
  return { count, scores, patterns }
}
