import { DataError } from "@scalewise/nn"
import type { FieldSeries, ForecastSource } from "@scalewise/weather"

/** One start of a forecast in memory, with what happened. */
export interface ShownForecast {
  readonly source: ForecastSource
  /** Hours since 1970-01-01 00:00 of the calendar. */
  readonly start: number
  /** Member `m` of variable `v` at the place `l` in the leads, [H, W]. */
  member(l: number, m: number, v: number): Float32Array
  /** The truth at the lead, in the forecast's order of variables, [H, W]; undefined where there is none. */
  truth(l: number, v: number): Float32Array | undefined
}

/**
 * Reads one start.
 *
 * @param number - which start. @defaultValue the first of those whose leads most often have a truth
 * @throws DataError for a start that the forecast does not have
 */
export async function shownForecast(source: ForecastSource, truth: FieldSeries | undefined, number?: number): Promise<ShownForecast> {
  const { starts, leads, members, variables, grid } = source
  const times = new Map(Array.from(truth?.time.hours ?? [], (hours, t) => [Math.round(hours * 60), t]))
  const known = (start: number): number => Array.from(leads).filter((lead) => times.has(Math.round((starts[start]! + lead) * 60))).length
  let chosen = number ?? 0
  if (number === undefined) for (let s = 1; s < starts.length && known(chosen) < leads.length; s++) if (known(s) > known(chosen)) chosen = s
  const start = starts[chosen]
  if (start === undefined)
    throw new DataError(`report: expected a start from 0 to ${starts.length - 1}, got ${chosen}; choose one that the forecast has`)
  const values = await source.read(chosen)
  const cells = grid.latitudes.length * grid.longitudes.length
  const numbers = variables.map(({ name }) => truth?.variables.findIndex((other) => other.name === name) ?? -1)
  return {
    source,
    start,
    member: (l, m, v) => {
      const from = ((l * members + m) * variables.length + v) * cells
      return values.subarray(from, from + cells)
    },
    truth: (l, v) => {
      const t = times.get(Math.round((start + leads[l]!) * 60))
      const number = numbers[v]!
      if (truth === undefined || t === undefined || number < 0) return undefined
      const from = (t * truth.variables.length + number) * cells
      return truth.values.subarray(from, from + cells)
    },
  }
}

/** Mean and standard deviation (n - 1) of the members at each cell; NaN where one is missing, and for the deviation of one member. */
export function memberMoments(
  { source: { members }, member }: ShownForecast,
  l: number,
  v: number,
): { mean: Float64Array; spread: Float64Array } {
  const fields = Array.from({ length: members }, (_, m) => member(l, m, v))
  const mean = Float64Array.from(fields[0]!, (_, cell) => fields.reduce((sum, field) => sum + field[cell]!, 0) / members)
  const spread = mean.map((middle, cell) => Math.sqrt(fields.reduce((sum, field) => sum + (field[cell]! - middle) ** 2, 0) / (members - 1)))
  return { mean, spread }
}
