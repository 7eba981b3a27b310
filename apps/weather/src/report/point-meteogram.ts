import { plumeChart, type Chart, type MapPoint } from "@scalewise/report"
import { formatDate, type HarmonicClimatology } from "@scalewise/weather"
import { displayStyle } from "./display-style.ts"
import type { ShownForecast } from "./shown-forecast.ts"

/** Half the width of the central 90 % of a normal distribution, in deviations. */
const deviations90 = 1.645

/** Options of `pointMeteogram`. */
export interface PointMeteogramOptions {
  readonly cell: number
  /** Mean and standard deviation of the truth's variables in their order, as `variable` counts them. */
  readonly climatology?: { readonly fields: HarmonicClimatology; readonly variable: number } | undefined
}

/** The cell that is nearest to a place, and the place that it stands for; the middle of the grid without one. */
export function pointCell({ source: { grid } }: ShownForecast, wished?: MapPoint): { readonly cell: number; readonly point: MapPoint } {
  const { latitudes, longitudes } = grid
  const nearest = (distances: number[]): number => distances.indexOf(Math.min(...distances))
  const turn = (degrees: number): number => Math.abs(degrees - 360 * Math.round(degrees / 360))
  const row = wished ? nearest(Array.from(latitudes, (latitude) => Math.abs(latitude - wished.latitude))) : Math.floor(latitudes.length / 2)
  const column = wished
    ? nearest(Array.from(longitudes, (longitude) => turn(longitude - wished.longitude)))
    : Math.floor(longitudes.length / 2)
  return { cell: row * longitudes.length + column, point: { latitude: latitudes[row]!, longitude: longitudes[column]! } }
}

/** One variable at one cell over the leads: quantiles of the members, truth and climatology. */
export function pointMeteogram(shown: ShownForecast, v: number, { cell, climatology }: PointMeteogramOptions): Chart {
  const { variables, grid, leads, calendar, members } = shown.source
  const { name, longName } = variables[v]!
  const cells = grid.latitudes.length * grid.longitudes.length
  const lines = Array.from({ length: members }, (_, m) => Array.from(leads, (_lead, l) => shown.member(l, m, v)[cell]!))
  const { units, scale } = displayStyle(variables[v]!, lines.flat())
  const scaled = (values: readonly number[]): number[] => values.map((value) => value * scale)
  const usual =
    climatology &&
    Array.from(leads, (lead) => {
      const at = climatology.variable * cells + cell
      const middle = climatology.fields.mean(shown.start + lead, calendar)[at]! * scale
      const half = deviations90 * climatology.fields.deviation(shown.start + lead, calendar)[at]! * scale
      return { middle, low: middle - half, high: middle + half }
    })
  return plumeChart({
    title: `${longName ?? name} from ${formatDate(shown.start, calendar)} at ${placeText(shown, cell)}`,
    description: "Thin lines are members. Where the bands are as wide as the climatology, the forecast knows no more than the season.",
    x: { label: "lead (days)" },
    y: { label: `${name} (${units})` },
    times: Array.from(leads, (lead) => lead / 24),
    members: lines.map(scaled),
    truth: scaled(Array.from(leads, (_, l) => shown.truth(l, v)?.[cell] ?? NaN)),
    ...(usual && { climatology: usual }),
  })
}

/** "50°N 30°W". */
function placeText({ source: { grid } }: ShownForecast, cell: number): string {
  const latitude = grid.latitudes[Math.floor(cell / grid.longitudes.length)]!
  const longitude = grid.longitudes[cell % grid.longitudes.length]!
  const east = longitude - 360 * Math.round(longitude / 360)
  const degrees = (value: number): string => `${Number(Math.abs(value).toFixed(2))}°`
  return `${degrees(latitude)}${latitude < 0 ? "S" : "N"} ${degrees(east)}${east < 0 ? "W" : "E"}`
}
