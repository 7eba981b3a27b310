import { laplacianPyramid } from "@scalewise/core"
import { DataError, tf, type RandomStream } from "@scalewise/nn"
import { bandGrids } from "../bands/laplacian-bands.ts"
import { dateAt } from "../calendar/calendar.ts"
import type { TimeAxis } from "../data/time-axis.ts"
import { fitLinearInverseModel, nextComponents, noiseOf, type LinearInverseModel } from "../linear/linear-inverse-model.ts"
import { principalComponents, project } from "../linear/principal-components.ts"
import type { LinearParts } from "./conditioning.ts"

// T states, H x W grid, V variables, N numbers of a state, R components

/** Standardised states and which of them are targets of training. */
export interface LinearTraining {
  /** [T, H, W, V]. */
  readonly values: Float32Array
  readonly time: TimeAxis
  readonly height: number
  readonly width: number
  readonly variables: number
  /** Numbers of the targets; the two states before each are there. */
  readonly targets: readonly number[]
  /** Most principal components; fewer where there is too little data for them. */
  readonly components: number
  readonly random: RandomStream
}

/** What `fitLinearParts` gives; the tensors are the caller's. */
export interface FittedLinearParts {
  readonly parts: Omit<LinearParts, "targetDeviation">
  /** R that there is data for. */
  readonly components: number
  /** Share of the variance of the states that they hold. */
  readonly explained: number
  /** The linear forecast of the components at a time [R], by a model that has not seen the targets of that year. */
  expectedUnseen(target: number): Float32Array
  /** The same by the model of all years. */
  expected(target: number): Float32Array
  /** A perturbation of the states around a target, by a model that has not seen that year. */
  perturbation(target: number, random: RandomStream): LinearPerturbation
}

/** A course of the linear inverse model beside the real one: components [R] of the previous, the current and the next state. */
export interface LinearPerturbation {
  readonly previous: Float32Array
  readonly current: Float32Array
  /** What follows from the two, without noise of its own. */
  readonly next: Float32Array
}

/**
 * Principal components of the targets' states, a two-lag linear inverse model of them (and one for each year that has not seen the year:
 * in-sample linear forecasts look better than they are, and networks would learn too little spread), and the autocorrelation of each band.
 */
export async function fitLinearParts(training: LinearTraining): Promise<FittedLinearParts> {
  const { values, time, height, width, variables, targets, random } = training
  const size = height * width * variables
  const count = Math.min(training.components, Math.floor(targets.length / 8), size)
  if (count < 1) throw new DataError(`expected at least 8 states to train on, found ${targets.length}; give a longer file or period`)
  const states = new Float32Array(targets.length * size)
  for (const [row, t] of targets.entries()) states.set(values.subarray(t * size, (t + 1) * size), row * size)
  const { patterns, variances, totalVariance } = principalComponents(states, size, { count, random })
  const scores = project(values, size, patterns)
  const scoreOf = (t: number): Float32Array => scores.subarray(t * count, (t + 1) * count)

  const all = fitLinearInverseModel(scores, count, { targets })
  const yearOf = (t: number): number => dateAt(time.hours[t]!, time.calendar).year
  const years = [...new Set(targets.map(yearOf))]
  const unseen = new Map<number, LinearInverseModel>(
    years.map((year) => {
      const others = targets.filter((t) => yearOf(t) !== year)
      return [year, others.length >= 4 * count ? fitLinearInverseModel(scores, count, { targets: others }) : all]
    }),
  )
  return {
    components: count,
    explained: variances.reduce((sum, variance) => sum + variance, 0) / totalVariance,
    expected: (t) => nextComponents(all, scoreOf(t - 1), scoreOf(t - 2)),
    expectedUnseen: (t) => nextComponents(unseen.get(yearOf(t)) ?? all, scoreOf(t - 1), scoreOf(t - 2)),
    perturbation: (t, stream) => {
      const model = unseen.get(yearOf(t)) ?? all
      const noise = (name: string): Float32Array => noiseOf(model, stream.fold(name).normalValues([count]))
      const previous = noise("previous")
      const response = nextComponents(model, previous, new Float32Array(count))
      const own = noise("current")
      const current = response.map((value, r) => value + own[r]!)
      return { previous, current, next: nextComponents(model, current, previous) }
    },
    parts: {
      patterns: tf.tensor2d(patterns, [count, size]),
      deviations: tf.tensor1d(Float32Array.from(variances, (variance) => Math.sqrt(Math.max(variance, 1e-12)))),
      propagator: tf.tensor2d(Float32Array.from(all.matrix), [2 * count, count]),
      damping: await bandAutocorrelation(training),
    },
  }
}

/** Correlation of each Laplacian band and variable with itself one step later, [K, V], from 0 to 1. */
async function bandAutocorrelation({ values, height, width, variables, targets }: LinearTraining): Promise<number[][]> {
  const schedule = bandGrids(height, width)
  const size = height * width * variables
  const sums = Array.from({ length: schedule.steps }, () => ({ joint: new Float64Array(variables), square: new Float64Array(variables) }))
  for (let begin = 0; begin < targets.length; begin += 256) {
    const chunk = targets.slice(begin, begin + 256)
    const stacked = (shift: number): tf.Tensor => {
      const rows = new Float32Array(chunk.length * size)
      for (const [row, t] of chunk.entries()) rows.set(values.subarray((t - shift) * size, (t - shift + 1) * size), row * size)
      return tf.tensor4d(rows, [chunk.length, height, width, variables])
    }
    const results = tf.tidy(() => {
      const [now, before] = [0, 1].map((shift) => laplacianPyramid(stacked(shift), schedule, { down: "area", up: "bilinear" })) as [
        tf.Tensor[],
        tf.Tensor[],
      ]
      return now.map((band, k) => tf.stack([band.mul(before[k]!).sum([0, 1, 2]), before[k]!.square().sum([0, 1, 2])]))
    })
    for (const [k, result] of results.entries()) {
      const found = await result.data()
      for (let v = 0; v < variables; v++) {
        sums[k]!.joint[v]! += found[v]!
        sums[k]!.square[v]! += found[variables + v]!
      }
      result.dispose()
    }
  }
  return sums.map(({ joint, square }) => Array.from(joint, (sum, v) => Math.min(1, Math.max(0, square[v]! > 0 ? sum / square[v]! : 0))))
}
