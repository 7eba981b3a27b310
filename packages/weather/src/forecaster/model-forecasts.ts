import type { ForecastSource } from "../forecast/forecast-source.ts"
import { cellCount } from "../grid/lat-lon-grid.ts"
import type { Forecaster } from "./forecaster.ts"
import { gridOf } from "./forecaster-config.ts"
import type { InitialStates } from "./initial-states.ts"
import { rollout } from "./rollout.ts"

/** Options of `modelForecasts`. */
export interface ModelForecastsOptions {
  /** @defaultValue "model" */
  readonly name?: string
  /** Hours since 1970-01-01 00:00 of the calendar. */
  readonly starts: readonly number[]
  /** Steps to go. */
  readonly leads: number
  readonly members: number
  readonly seed: number
  /** @defaultValue the model's own */
  readonly temperatures?: readonly number[]
  /** Starts forecast together; it changes nothing but speed and memory. @defaultValue 8 */
  readonly together?: number
  readonly signal?: AbortSignal | undefined
}

/** Forecasts of a model, made when they are read: starts in order are made several at a time. */
export function modelForecasts(model: Forecaster, states: InitialStates, options: ModelForecastsOptions): ForecastSource {
  const { name = "model", starts, leads, members, seed, temperatures, together = 8, signal } = options
  const { config } = model
  const grid = gridOf(config)
  const fieldsOf = members * config.variables.length * cellCount(grid) // of one start and lead
  let made = new Map<number, Float32Array>()
  const makeFrom = async (first: number): Promise<void> => {
    const numbers = Array.from({ length: Math.min(together, starts.length - first) }, (_, i) => first + i)
    made = new Map(numbers.map((s) => [s, new Float32Array(leads * fieldsOf)]))
    const forecast = rollout(model, {
      starts: numbers.map((s) => states.at(starts[s]!)),
      members: Array.from({ length: members }, (_, m) => m),
      leads,
      seed,
      signal,
      ...(temperatures && { temperatures }),
    })
    for await (const { lead, fields } of forecast)
      for (const [i, s] of numbers.entries()) made.get(s)!.set(fields.subarray(i * fieldsOf, (i + 1) * fieldsOf), (lead - 1) * fieldsOf)
  }
  return {
    name,
    variables: config.variables,
    grid,
    calendar: config.calendar,
    starts: Float64Array.from(starts),
    leads: Float64Array.from({ length: leads }, (_, i) => (i + 1) * config.stepHours),
    members,
    async read(start) {
      if (!made.has(start)) await makeFrom(start)
      return made.get(start)!
    },
  }
}
