import { DataError } from "@scalewise/nn"
import { formatDate } from "../calendar/calendar.ts"
import type { Period } from "../calendar/parse-span.ts"
import type { FieldSeries } from "../data/field-series.ts"
import { gridText } from "../grid/grid-text.ts"
import { sameGrid } from "../grid/same-grid.ts"
import { standardise } from "../state/state-scaling.ts"
import type { Forecaster } from "./forecaster.ts"
import { gridOf } from "./forecaster-config.ts"
import type { InitialState } from "./rollout.ts"
import { targetsIn } from "./windows.ts"

/** Initial states of a series by time. */
export interface InitialStates {
  /** Times from which a forecast can start: the state and the one before are whole, without a gap between them. */
  readonly hours: readonly number[]
  /**
   * The state at a time and the one before.
   *
   * @throws DataError where there is none, naming the nearest times that can be had
   */
  at(hours: number): InitialState
  /** Largest distance from the training mean of the numbers of the state at a time, in training ranges: above 1 it was never seen. */
  excess(hours: number): number
}

/**
 * The states of a series as a forecaster reads them.
 *
 * @throws DataError where variables, units, grid, calendar or time step are not those of training
 */
export function initialStates(model: Forecaster, series: FieldSeries): InitialStates {
  checkSeries(model, series)
  const { values, complete } = standardise(series, model.scaling)
  const { time } = series
  const size = model.scaling.lowest.length
  const always: Period = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY }
  const possible = targetsIn(time, complete, always, 1)
  const index = new Map(possible.map((t) => [time.hours[t]!, t]))
  const stateAt = (t: number): Float32Array => values.subarray(t * size, (t + 1) * size)
  const found = (hours: number): number => {
    const t = index.get(hours)
    if (t !== undefined) return t
    const date = (h: number): string => formatDate(h, time.calendar)
    if (index.size === 0)
      throw new DataError(`start ${date(hours)}: expected two whole states in a row, found none in the data; check it with inspect`)
    const nearest = [...index.keys()].sort((a, b) => Math.abs(a - hours) - Math.abs(b - hours)).slice(0, 2)
    const isThere = time.hours.includes(hours)
    throw new DataError(
      `start ${date(hours)}: expected that state and the one ${model.config.stepHours} hours before, found ${isThere ? "a gap or missing values" : "no such time"} ` +
        `(data from ${date(time.hours[0]!)} to ${date(time.hours.at(-1)!)}); nearest starts: ${nearest.map(date).join(", ")}`,
    )
  }
  return {
    hours: possible.map((t) => time.hours[t]!),
    at: (hours) => {
      const t = found(hours)
      return { hours, current: stateAt(t), previous: stateAt(t - 1) }
    },
    excess: (hours) => {
      const { lowest, highest, variables } = model.scaling
      const cells = size / variables
      let most = 0
      const state = stateAt(found(hours))
      for (let cell = 0; cell < cells; cell++)
        for (let v = 0; v < variables; v++) {
          const value = state[cell * variables + v]!
          const limit = value < 0 ? lowest[v * cells + cell]! : highest[v * cells + cell]!
          most = Math.max(most, Math.abs(limit) > 1e-6 ? value / limit : 0)
        }
      return most
    },
  }
}

function checkSeries({ config }: Forecaster, { variables, grid, time }: FieldSeries): void {
  const names = (of: readonly { readonly name: string; readonly units: string }[]): string =>
    of.map(({ name, units }) => `${name} in ${units}`).join(", ")
  if (names(variables) !== names(config.variables))
    throw new DataError(
      `expected the variables of training (${names(config.variables)}), found ${names(variables)}; choose and convert them with --variables`,
    )
  if (!sameGrid(grid, gridOf(config)))
    throw new DataError(
      `expected the grid of training, ${gridText(gridOf(config))}, found ${gridText(grid)}; give data on the same grid, or train a model on this one`,
    )
  if (time.calendar !== config.calendar)
    throw new DataError(
      `expected the calendar of training, ${config.calendar}, found ${time.calendar}; give data of that calendar, or train a model on this one`,
    )
  if (time.hours.length > 1 && Math.abs(time.stepHours - config.stepHours) > 1e-6)
    throw new DataError(
      `expected states every ${config.stepHours} hours as in training, found one every ${time.stepHours}; give data at that step, or train a model on this one`,
    )
}
