import { randomStream } from "@scalewise/nn"
import type { FieldSeries } from "../data/field-series.ts"
import { makeTimeAxis } from "../data/make-time-axis.ts"
import type { LatLonGrid } from "../grid/lat-lon-grid.ts"

/** A small regional grid of 6 x 8 cells. */
export const smallGrid: LatLonGrid = {
  latitudes: Float64Array.from({ length: 6 }, (_, row) => 60 - 5 * row),
  longitudes: Float64Array.from({ length: 8 }, (_, column) => -10 + 5 * column),
  isPeriodic: false,
}

/**
 * Daily fields from 2001-01-01 on of a season plus first-order autoregressive noise, equal for neighbours in part: value = 1000 + 5 cos(season) + anomaly of
 * deviation 8 and correlation `memory` from day to day.
 */
export function redNoiseSeries({
  days,
  memory = 0.8,
  seed = 1,
  grid = smallGrid,
}: {
  readonly days: number
  readonly memory?: number
  readonly seed?: number
  readonly grid?: LatLonGrid
}): FieldSeries {
  const [height, width] = [grid.latitudes.length, grid.longitudes.length]
  const cells = height * width
  const values = new Float32Array(days * cells)
  const state = new Float64Array(cells)
  const first = 11_323 * 24 // 2001-01-01
  for (let t = 0; t < days; t++) {
    const noise = randomStream(seed).fold(t).normalValues([cells])
    const common = randomStream(seed).fold("common").fold(t).normalValues([height])
    for (let cell = 0; cell < cells; cell++) {
      const fresh = 8 * (0.6 * noise[cell]! + 0.8 * common[Math.floor(cell / width)]!)
      state[cell] = t === 0 ? fresh : memory * state[cell]! + Math.sqrt(1 - memory * memory) * fresh
      values[t * cells + cell] = 1000 + 5 * Math.cos((2 * Math.PI * t) / 365.25) + state[cell]!
    }
  }
  return {
    variables: [{ name: "slp", units: "hPa" }],
    grid,
    time: makeTimeAxis(
      Float64Array.from({ length: days }, (_, t) => first + 24 * t),
      "standard",
    ),
    values,
  }
}
