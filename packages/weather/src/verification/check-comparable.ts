import { DataError } from "@scalewise/nn"
import type { FieldSeries } from "../data/field-series.ts"
import type { ForecastSource } from "../forecast/forecast-source.ts"
import type { LatLonGrid } from "../grid/lat-lon-grid.ts"

/**
 * Which variable of the truth each variable of a forecast is held against, by name; [V].
 *
 * @throws DataError where calendar, grid, a variable or its units differ; the message says what to do
 */
export function checkComparable(forecast: Pick<ForecastSource, "name" | "variables" | "grid" | "calendar">, truth: FieldSeries): number[] {
  const { name, variables, grid, calendar } = forecast
  if (calendar !== truth.time.calendar)
    throw new DataError(
      `verify: expected truth in the calendar of ${name}, ${calendar}, found ${truth.time.calendar}; give truth of the same model or analysis`,
    )
  const difference = gridDifference(grid, truth.grid)
  if (difference !== undefined)
    throw new DataError(
      `verify: expected truth on the grid of ${name}, found ${difference}; regrid or cut one of the two so that both agree`,
    )
  return variables.map((variable) => {
    const found = truth.variables.findIndex((other) => other.name === variable.name)
    if (found < 0)
      throw new DataError(
        `verify: expected a variable ${variable.name} in the truth, as ${name} has it, found ${truth.variables.map((other) => other.name).join(", ")}; ` +
          `choose with --variables what both have, or give the file that has it`,
      )
    const units = truth.variables[found]!.units
    if (units !== variable.units)
      throw new DataError(
        `verify: expected ${variable.name} of the truth in ${variable.units}, as in ${name}, found ${units}; convert one of the two to the other's units`,
      )
    return found
  })
}

/** In words how the second grid differs from the first by more than a thousandth of a degree; undefined where it does not. */
export function gridDifference(expected: LatLonGrid, found: LatLonGrid): string | undefined {
  for (const [axis, rows] of [
    ["latitudes", "rows"],
    ["longitudes", "columns"],
  ] as const) {
    const [a, b] = [expected[axis], found[axis]]
    if (a.length !== b.length) return `${b.length} ${rows} instead of ${a.length}`
    const turn = axis === "longitudes" ? 360 * Math.round((a[0]! - b[0]!) / 360) : 0 // 350 is as good as -10
    for (let i = 0; i < a.length; i++) if (Math.abs(a[i]! - b[i]! - turn) > 1e-3) return `${axis} ${spanOf(b)} instead of ${spanOf(a)}`
  }
  return undefined
}

const spanOf = (degrees: Float64Array): string => `${degrees[0]} to ${degrees.at(-1)} degrees`
