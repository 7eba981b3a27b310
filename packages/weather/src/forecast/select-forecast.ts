import { ConfigError } from "@scalewise/nn/errors"
import { cellCount } from "../grid/lat-lon-grid.ts"
import type { ForecastSource } from "./forecast-source.ts"

/** What to keep of a forecast. */
export interface SelectForecastOptions {
  /** Names, in any order; the forecast's own order stays. @defaultValue all */
  readonly variables?: readonly string[]
  /** Numbers of leads, ascending. @defaultValue all */
  readonly leads?: readonly number[]
}

/**
 * A forecast with fewer variables or leads.
 *
 * @throws ConfigError for a variable that it does not have
 */
export function selectForecast(source: ForecastSource, { variables, leads }: SelectForecastOptions): ForecastSource {
  const names = source.variables.map(({ name }) => name)
  for (const name of variables ?? [])
    if (!names.includes(name))
      throw new ConfigError(`variables: expected some of ${names.join(", ")}, which ${source.name} has, got ${name}`)
  const kept = Array.from(names.keys()).filter((v) => variables === undefined || variables.includes(names[v]!))
  const keptLeads = leads ?? Array.from(source.leads.keys())
  if (kept.length === names.length && keptLeads.length === source.leads.length) return source
  const cells = cellCount(source.grid)
  const { members } = source
  return {
    name: source.name,
    variables: kept.map((v) => source.variables[v]!),
    grid: source.grid,
    calendar: source.calendar,
    starts: source.starts,
    leads: Float64Array.from(keptLeads, (l) => source.leads[l]!),
    members,
    async read(start) {
      const all = await source.read(start)
      const fields = new Float32Array(keptLeads.length * members * kept.length * cells)
      let at = 0
      for (const l of keptLeads)
        for (let m = 0; m < members; m++)
          for (const v of kept) {
            const from = ((l * members + m) * names.length + v) * cells
            fields.set(all.subarray(from, from + cells), at)
            at += cells
          }
      return fields
    },
  }
}
