import { DataError } from "@scalewise/nn"
import type { GaussianForecastSource } from "../forecast/gaussian-forecast-source.ts"
import { fitLinearInverseModel, nextComponents, type LinearInverseModel } from "../linear/linear-inverse-model.ts"
import { baselineSource, startStream, type BaselineSetting } from "./baseline-setting.ts"
import { fitDamping } from "./lagged-damping.ts"
import { addState, stateComponents, type StateComponents } from "./state-components.ts"

/** Options of `linearInverseForecast`. */
export interface LinearInverseForecastOptions {
  /** R; fewer where training has less than 50 states for each. @defaultValue 40 */
  readonly components?: number
}

/**
 * A linear inverse model with noise (Penland and Sardeshmukh 1995, doi:10.1175/1520-0442(1995)008<1999:TOGOTS>2.0.CO;2, with two lags): principal components of the present
 * and the previous state are carried on step by step, each member with its own noise. What the components leave out of a state is damped
 * in each cell, and what that misses is added from a random course of training.
 *
 * @throws DataError where training has too few runs of three states, or leads are no multiples of its time step
 */
export function linearInverseForecast(
  setting: BaselineSetting,
  { components: most = 40 }: LinearInverseForecastOptions = {},
): GaussianForecastSource {
  const { forecast, anomalies, size, series, find, seasonal, nearSeason, isTraining } = setting
  const { leads, members, starts } = forecast
  const { hours: times, stepHours: step } = series.time
  const steps = Array.from(leads, (lead) => Math.round(lead / step))
  if (steps.some((count, l) => count < 1 || Math.abs(count * step - leads[l]!) > 0.02))
    throw new DataError(
      `linear inverse model: expected leads that are multiples of the data's step of ${step} h, found ${Array.from(leads).join(", ")} h`,
    )
  const follows = (t: number): boolean => t > 0 && Math.abs(times[t]! - times[t - 1]! - step) < 0.02
  const targets = Array.from(isTraining.keys()).filter(
    (t) => t >= 2 && follows(t) && follows(t - 1) && [t, t - 1, t - 2].every((at) => isTraining[at] === 1),
  )
  const components = stateComponents(setting, Math.max(1, Math.min(most, Math.floor(targets.length / 50))))
  const { count, scores, patterns } = components
  const model = fitLinearInverseModel(scores, count, { targets })
  const leftOver = remainders(anomalies, size, components)
  const damping = fitDamping(leftOver, setting)
  const errors = gaussianErrors(model, steps, patterns, size).map((variance, l) =>
    variance.map((value, n) => Math.sqrt(value + damping.missed[l]![n]! ** 2)),
  )
  const random = setting.random.fold("linear inverse model")
  const present = (hours: number): { now: Float32Array; before: Float32Array; rest: number } | undefined => {
    const [t, previous] = [find(hours), find(hours - step)]
    if (t < 0 || previous < 0) return undefined
    const [now, before] = [t, previous].map((at) => scores.slice(at * count, (at + 1) * count))
    return [...now!, ...before!].every(Number.isFinite) ? { now: now!, before: before!, rest: t * size } : undefined
  }
  const source = baselineSource(setting, "linear inverse model", (into, hours) => {
    const from = present(hours)
    if (!from) return
    const stream = startStream(random, hours)
    const courses = nearSeason(hours)
    const picks = stream.fold("picks").integers(members, courses.length)
    for (let m = 0; m < members; m++) {
      let { now, before } = from
      const course = courses[picks[m]!]!
      const noise = stream
        .fold("noise")
        .fold(m)
        .normalValues([steps.at(-1)!, count])
      for (let k = 1, l = 0; l < leads.length; k++) {
        const next = nextComponents(model, now, before)
        addNoise(model, noise, (k - 1) * count, next)
        ;[now, before] = [next, now]
        if (k !== steps[l]) continue
        const out = (l * members + m) * size
        const [factor, rest] = [damping.factors[l]!, find(times[course]! + leads[l]!) * size]
        for (let n = 0; n < size; n++)
          into[out + n] = leftOver[rest + n]! + factor[n]! * (leftOver[from.rest + n]! - leftOver[course * size + n]!)
        addState(components, now, 0, into, out)
        const { mean, deviation } = seasonal(hours + leads[l]!)
        for (let n = 0; n < size; n++) into[out + n] = mean[n]! + deviation[n]! * into[out + n]!
        l++
      }
    }
  })
  return {
    ...source,
    readGaussian(start) {
      const hours = starts[start]!
      const fields = {
        mean: new Float32Array(leads.length * size).fill(Number.NaN),
        deviation: new Float32Array(leads.length * size).fill(Number.NaN),
      }
      const from = present(hours)
      if (!from) return Promise.resolve(fields)
      let { now, before } = from
      for (let k = 1, l = 0; l < leads.length; k++) {
        ;[now, before] = [nextComponents(model, now, before), now]
        if (k !== steps[l]) continue
        const { mean, deviation } = seasonal(hours + leads[l]!)
        const out = l * size
        for (let n = 0; n < size; n++) fields.mean[out + n] = damping.factors[l]![n]! * leftOver[from.rest + n]!
        addState(components, now, 0, fields.mean, out)
        for (let n = 0; n < size; n++) {
          fields.mean[out + n] = mean[n]! + deviation[n]! * fields.mean[out + n]!
          fields.deviation[out + n] = deviation[n]! * errors[l]![n]!
        }
        l++
      }
      return Promise.resolve(fields)
    },
  }
}

/** Adds the model's noise, made of standard normal numbers from `from` on. */
function addNoise({ components, noise }: LinearInverseModel, normals: Float32Array, from: number, into: Float32Array): void {
  for (let i = 0; i < components; i++) {
    let sum = 0
    for (let j = 0; j < components; j++) sum += noise[i * components + j]! * normals[from + j]!
    into[i]! += sum
  }
}

/** What components leave out of each state, [T, N]. */
function remainders(anomalies: Float32Array, size: number, components: StateComponents): Float32Array {
  const rest = new Float32Array(anomalies.length)
  for (let t = 0; t < anomalies.length / size; t++) addState(components, components.scores, t * components.count, rest, t * size)
  for (let at = 0; at < rest.length; at++) rest[at] = anomalies[at]! - rest[at]!
  return rest
}

/** Variance of the forecast's error at each lead, [L] of [N], in units of the season's: the noise of all steps carried on to there. */
function gaussianErrors(
  { components: count, lags, matrix, noise }: LinearInverseModel,
  steps: readonly number[],
  patterns: Float32Array,
  size: number,
): Float64Array[] {
  // The response to noise k steps later, E_k = E_{k-1} A_1 + E_{k-2} A_2 with rows as states; its effect on cells adds up in variance
  const response = (previous: Float64Array, earlier: Float64Array): Float64Array => {
    const next = new Float64Array(count * count)
    for (let row = 0; row < count; row++)
      for (let lag = 0; lag < lags; lag++)
        for (let i = 0; i < count; i++) {
          const value = (lag === 0 ? previous : earlier)[row * count + i]!
          if (value === 0) continue
          for (let j = 0; j < count; j++) next[row * count + j]! += value * matrix[(lag * count + i) * count + j]!
        }
    return next
  }
  const errors: Float64Array[] = []
  const variance = new Float64Array(size)
  let previous: Float64Array = new Float64Array(count * count)
  for (let i = 0; i < count; i++) for (let j = 0; j < count; j++) previous[j * count + i] = noise[i * count + j]! // row j: unit noise number j
  let earlier: Float64Array = new Float64Array(count * count)
  const cell = new Float64Array(size)
  for (let k = 1; k <= steps.at(-1)!; k++) {
    for (let row = 0; row < count; row++) {
      cell.fill(0)
      for (let i = 0; i < count; i++) for (let n = 0; n < size; n++) cell[n]! += previous[row * count + i]! * patterns[i * size + n]!
      for (let n = 0; n < size; n++) variance[n]! += cell[n]! ** 2
    }
    if (steps.includes(k)) errors.push(variance.slice())
    ;[previous, earlier] = [response(previous, earlier), previous]
  }
  return errors
}
